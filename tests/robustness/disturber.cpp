#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <iostream>
#include <random>

#include "common/bus/bus.h"
#include "common/ids/ids.h"
#include "common/log/log.h"

/// For the robustness tests: sends every message of some topics again, shuffled between keys, or bytes that are no messages.
///   q2o-disturber BROKERS repeat TIMES TOPIC…     until TERM; prints how many were sent
///   q2o-disturber BROKERS garbage COUNT TOPIC…    COUNT for each topic; prints how many were sent
namespace q2o {
namespace {

constexpr auto kDeadline = std::chrono::seconds(20);
constexpr const char* kMark = "q2o-test-copy";
constexpr std::size_t kShuffled = 200;

std::stop_source& stopping() {
  static std::stop_source source;
  return source;
}

void send(bus::Producer& producer, std::span<const bus::Envelope> messages) {
  if (const auto sent = producer.publish(messages, kDeadline); !sent) throw std::runtime_error(sent.error().message);
}

int repeat(const bus::Options& options, std::size_t times, const std::vector<std::string>& topics) {
  bus::Producer producer(options);
  std::mt19937_64 random(1);
  std::size_t sent = 0;
  std::vector<bus::Envelope> waiting;
  const auto flush = [&] {
    std::shuffle(waiting.begin(), waiting.end(), random);
    send(producer, waiting);
    sent += waiting.size();
    waiting.clear();
  };
  bus::Consumer consumer(options, "q2o-test-" + ids::uuid_v4(), topics, [&](std::span<const bus::Incoming> messages) {
    for (const auto& message : messages) {
      if (message.headers.contains(kMark)) continue;
      bus::Envelope copy{message.topic, message.key, message.value, message.headers};
      copy.headers[kMark] = "1";
      waiting.insert(waiting.end(), times, copy);
      if (waiting.size() >= kShuffled) flush();
    }
    flush();
  });
  consumer.run(stopping().get_token());
  std::cout << "repeated " << sent << '\n';
  return 0;
}

/// Half of it random, half the beginning of something that might be a message.
std::string spoilt(std::mt19937_64& random) {
  std::string bytes(std::uniform_int_distribution<std::size_t>(1, 400)(random), '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random());
  bytes[0] = static_cast<char>(random() % 2 == 0 ? 0x0A : 0xFF);  // field 1, length-delimited, longer than what follows
  if (bytes.size() > 1) bytes[1] = '\x7F';
  bytes.resize(std::min<std::size_t>(bytes.size(), 0x60));
  return bytes;
}

int garbage(const bus::Options& options, std::size_t count, const std::vector<std::string>& topics) {
  bus::Producer producer(options);
  std::mt19937_64 random(7);
  std::size_t sent = 0;
  for (const auto& topic : topics) {
    std::vector<bus::Envelope> messages;
    for (std::size_t i = 0; i < count; ++i) {
      bus::Envelope message{topic, ids::uuid_v4(), spoilt(random), {{"ce_id", ids::uuid_v4()}, {"q2o-migration", ids::uuid_v4()}}};
      message.headers["q2o-tenant"] = ids::uuid_v4();
      // Strangers have no ids, or ids and keys that are no text at all.
      if (i % 5 == 1) message.headers.erase("ce_id");
      if (i % 5 == 2) message.headers["ce_id"] = std::string("\0\xff\xfe", 3);
      if (i % 5 == 3) message.key = std::string("key\0\xff", 5);
      if (i % 5 == 4) message.headers["q2o-migration"] = "no migration";
      messages.push_back(std::move(message));
    }
    send(producer, messages);
    sent += messages.size();
  }
  std::cout << "spoilt " << sent << '\n';
  return 0;
}

int main_of(const std::vector<std::string>& words) {
  if (words.size() < 4) {
    std::cerr << "usage: q2o-disturber BROKERS repeat|garbage NUMBER TOPIC…\n";
    return 2;
  }
  const bus::Options options{words[0], "disturber"};
  const auto number = static_cast<std::size_t>(std::stoul(words[2]));
  const std::vector<std::string> topics(words.begin() + 3, words.end());
  return words[1] == "repeat" ? repeat(options, number, topics) : garbage(options, number, topics);
}

}  // namespace
}  // namespace q2o

int main(int argc, char** argv) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals] {
    int number = 0;
    sigwait(&signals, &number);
    q2o::stopping().request_stop();
  }).detach();
  try {
    return q2o::main_of({argv + 1, argv + argc});
  } catch (const std::exception& trouble) {
    std::cerr << "q2o-disturber: " << trouble.what() << '\n';
    return 1;
  }
}
