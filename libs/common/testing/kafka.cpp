#include <librdkafka/rdkafka.h>
#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/bus/client.h"
#include "common/testing/process.h"
#include "common/testing/testing.h"

namespace q2o::testing {
namespace {

constexpr std::chrono::seconds kStartWithin{60};

std::string home() {
  const char* given = std::getenv("Q2O_KAFKA_HOME");
  const std::string path = given != nullptr ? given : std::string(Q2O_SOURCE_DIR) + "/.run/kafka";
  if (!std::filesystem::is_directory(path + "/libs")) throw std::runtime_error("no Kafka jars in " + path + "/libs: run scripts/install");
  return path;
}

std::string java() {
  for (const std::string path : {"/usr/bin/java", "/usr/local/bin/java"}) {
    if (std::filesystem::exists(path)) return path;
  }
  throw std::runtime_error("no java (package openjdk-17-jre-headless)");
}

class Broker {
 public:
  Broker() : directory_(temporary_directory("kafka")), port_(free_port()) {
    const int controller = free_port();
    std::ofstream(directory_ + "/server.properties")
        << "process.roles=broker,controller\nnode.id=1\ncontroller.listener.names=CONTROLLER\n"
        << "controller.quorum.voters=1@127.0.0.1:" << controller << "\n"
        << "listeners=PLAINTEXT://127.0.0.1:" << port_ << ",CONTROLLER://127.0.0.1:" << controller << "\n"
        << "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\n"
        << "log.dirs=" << directory_ << "/data\nauto.create.topics.enable=false\ngroup.initial.rebalance.delay.ms=0\n"
        << "offsets.topic.replication.factor=1\noffsets.topic.num.partitions=1\ntransaction.state.log.replication.factor=1\n"
        << "transaction.state.log.min.isr=1\nmessage.max.bytes=17825792\nlog.retention.check.interval.ms=500\n";
    run({command({"kafka.tools.StorageTool", "format", "-t", "q2o-test-cluster-00001", "-c", directory_ + "/server.properties"}), log(),
         false});
    boot();
  }
  ~Broker() { stop(SIGKILL); }

  void boot() {
    pid_ = start({command({"kafka.Kafka", directory_ + "/server.properties"}), log(), false});
    if (!eventually([&] { return answers(); }, kStartWithin)) throw std::runtime_error("Kafka does not start:\n" + tail_of(log()));
  }
  void stop(int signal) {
    if (pid_ != 0) signal_and_wait(pid_, signal, std::chrono::seconds(10));
    pid_ = 0;
  }
  bus::Options options() const { return {"127.0.0.1:" + std::to_string(port_), "test"}; }
  const std::string& directory() const { return directory_; }

 private:
  std::string log() const { return directory_ + "/log"; }

  std::vector<std::string> command(const std::vector<std::string>& rest) const {
    std::vector<std::string> out{java(), "-Xmx400m", "-XX:TieredStopAtLevel=1", "-cp", home() + "/libs/*"};
    out.insert(out.end(), rest.begin(), rest.end());
    return out;
  }

  bool answers() const {
    auto conf = bus::make_conf(options(), {{"log_level", "0"}});
    const auto client = bus::make_client(RD_KAFKA_PRODUCER, std::move(conf));
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_metadata(client.get(), 1, nullptr, &metadata, 1000) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
    const bool has_broker = metadata->broker_cnt > 0;
    rd_kafka_metadata_destroy(metadata);
    return has_broker;
  }

  std::string directory_;
  int port_;
  pid_t pid_ = 0;
};

Broker& broker() {
  static Broker instance;
  return instance;
}

}  // namespace

Kafka& Kafka::instance() {
  broker();
  static Kafka instance;
  return instance;
}

std::string Kafka::brokers() {
  return broker().options().brokers;
}

std::string Kafka::fresh_topic(int partitions) {
  static std::atomic<int> number = 0;
  const std::string name = "test.topic." + std::to_string(++number);
  const std::string file = broker().directory() + "/" + name + ".toml";
  std::ofstream(file) << "[[topic]]\nname = \"" << name << "\"\npartitions = " << partitions << "\n";
  // Right after its start the controller may refuse for a moment.
  Status done;
  if (!eventually([&] { return (done = bus::declare_topics(broker().options(), file)).has_value(); }))
    throw std::runtime_error(done.error().message);
  return name;
}

void Kafka::set_committed(const std::string& group, const std::string& topic, int partition, std::int64_t offset) {
  const auto client = bus::make_client(RD_KAFKA_CONSUMER, bus::make_conf(broker().options(), {{"group.id", group}}));
  const auto list = bus::partition_list(1);
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  if (const auto problem = rd_kafka_commit(client.get(), list.get(), 0)) throw std::runtime_error(rd_kafka_err2str(problem));
}

void Kafka::kill_hard() {
  broker().stop(SIGKILL);
}
void Kafka::start() {
  broker().boot();
}

}  // namespace q2o::testing
