#include "services/mapper/domain/patch.h"

namespace q2o::mapper {
namespace {

class Rewriter {
 public:
  Rewriter(const Replace& replace, std::size_t& places) : replace_(replace), places_(places) {}

  void write(const json::Value& value, std::span<const std::string_view> steps) {
    if (value.is_object())
      write_object(value, steps);
    else if (value.is_array())
      write_array(value, steps);
    else
      out_.value(value);
  }
  std::string take() { return out_.take(); }

 private:
  std::optional<std::string> asked(const json::Value& there) {
    ++places_;
    return replace_(there);
  }

  void write_object(const json::Value& value, std::span<const std::string_view> steps) {
    out_.begin_object();
    for (const auto& member : value.members()) {
      if (member.key != steps.front()) {
        out_.key(member.key).value(member.value);
      } else if (steps.size() > 1) {
        out_.key(member.key);
        write(member.value, steps.subspan(1));
      } else if (const auto other = asked(member.value); !other) {
        out_.key(member.key).value(member.value);
      } else if (*other != "null") {
        out_.key(member.key).raw(*other);
      }
    }
    if (steps.size() == 1 && !value.has(steps.front())) {
      const auto added = asked(json::Value());
      if (added && *added != "null") out_.key(steps.front()).raw(*added);
    }
    out_.end_object();
  }

  void write_array(const json::Value& value, std::span<const std::string_view> steps) {
    out_.begin_array();
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      const auto& item = value.items()[i];
      if (steps.front() != "*" && steps.front() != std::to_string(i)) {
        out_.value(item);
      } else if (steps.size() > 1) {
        write(item, steps.subspan(1));
      } else if (const auto other = asked(item)) {
        out_.raw(*other);
      } else {
        out_.value(item);
      }
    }
    out_.end_array();
  }

  const Replace& replace_;
  std::size_t& places_;
  json::Writer out_;
};

}  // namespace

std::vector<std::string_view> steps_of(std::string_view path) {
  std::vector<std::string_view> steps;
  for (std::size_t from = 0; from <= path.size();) {
    const auto dot = std::min(path.find('.', from), path.size());
    steps.push_back(path.substr(from, dot - from));
    from = dot + 1;
  }
  return steps;
}

std::string rewritten(const json::Value& record, std::span<const std::string_view> steps, const Replace& replace, std::size_t& places) {
  places = 0;
  Rewriter rewriter(replace, places);
  rewriter.write(record, steps);
  return rewriter.take();
}

}  // namespace q2o::mapper
