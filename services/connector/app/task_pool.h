#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace q2o::connector {

/// A result under way. Letting go of it waits: a task never outlives what it refers to.
template <class T>
class Pending {
 public:
  explicit Pending(std::future<T> future) : future_(std::move(future)) {}
  Pending(Pending&&) = default;
  Pending& operator=(Pending&&) = delete;
  ~Pending() {
    if (future_.valid()) future_.wait();
  }
  T get() { return future_.get(); }

 private:
  std::future<T> future_;
};

/// A few threads that fetch ahead. Destroying it drops what has not begun and waits for the rest.
class TaskPool {
 public:
  explicit TaskPool(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this](std::stop_token stop) { work(stop); });
  }

  template <class Task>
  auto submit(Task task) {
    using R = std::invoke_result_t<Task&>;
    auto packaged = std::make_shared<std::packaged_task<R()>>(std::move(task));
    Pending<R> pending(packaged->get_future());
    {
      std::lock_guard lock(mutex_);
      tasks_.push_back([packaged] { (*packaged)(); });
    }
    added_.notify_one();
    return pending;
  }

 private:
  void work(std::stop_token stop) {
    while (true) {
      std::function<void()> task;
      {
        std::unique_lock lock(mutex_);
        if (!added_.wait(lock, stop, [&] { return !tasks_.empty(); }) || stop.stop_requested()) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any added_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::jthread> threads_;  // last: stops before the queue goes away
};

}  // namespace q2o::connector
