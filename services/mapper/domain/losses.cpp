#include "services/mapper/domain/losses.h"

#include <fmt/format.h>

#include <algorithm>

namespace q2o::mapper {
namespace {

bool names_no_reference(std::string_view step) {
  return step == "value" || step.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The mapping's sentence; nullptr: the record cannot do without the reference.
const std::string* accepted(const RunContext& run, const std::string& entity, std::string_view name) {
  if (run.missing_references == nullptr) return nullptr;
  for (const auto& key : {fmt::format("{}.{}", entity, name), std::string(name)}) {
    if (const auto found = run.missing_references->find(key); found != run.missing_references->end()) return &found->second;
  }
  return nullptr;
}

std::string absence(std::string_view referred, std::string_view id) {
  return fmt::format("{} {} is referred to, but it is not among the records taken over", referred, id);
}

void write_bounded(const json::Value& value, std::size_t bytes_max, const std::string& path, json::Writer& out, std::vector<Loss>& losses) {
  const auto below = [&](std::string_view step) { return path.empty() ? std::string(step) : fmt::format("{}.{}", path, step); };
  if (value.raw().size() <= bytes_max) {
    out.value(value);
  } else if (value.is_object()) {
    out.begin_object();
    for (const auto& member : value.members()) write_bounded(member.value, bytes_max, below(member.key), out.key(member.key), losses);
    out.end_object();
  } else if (value.is_array()) {
    out.begin_array();
    std::size_t index = 0;
    for (const auto& item : value.items()) write_bounded(item, bytes_max, below(std::to_string(index++)), out, losses);
    out.end_array();
  } else if (value.is_string() && value.text().size() > bytes_max) {
    out.string(shortened(value.text(), bytes_max));
    losses.push_back(text_loss(path, value.text(), bytes_max));
  } else {
    out.value(value);
  }
}

}  // namespace

std::string_view reference_name(std::string_view path) {
  while (!path.empty()) {
    const auto dot = path.rfind('.');
    const auto step = dot == std::string_view::npos ? path : path.substr(dot + 1);
    if (!names_no_reference(step) || dot == std::string_view::npos) return step;
    path = path.substr(0, dot);
  }
  return path;
}

Reject missing_reject(std::string_view path, std::string_view referred, std::string_view id) {
  return {std::string(path), std::string(id), "REFERENCE_MISSING", absence(referred, id),
          fmt::format("Look at {} {} in the source, and in the list of rejected records of this run.", referred, id)};
}

std::optional<Reject> missing_reference(const Source& source, const RunContext& run, std::string_view path, std::string_view referred,
                                        std::string_view id, std::vector<Loss>& losses) {
  const auto name = reference_name(path);
  const auto* sentence = accepted(run, source.entity, name);
  if (sentence == nullptr) return missing_reject(path, referred, id);
  const bool known =
      std::any_of(losses.begin(), losses.end(), [&](const Loss& loss) { return loss.value == id && reference_name(loss.field) == name; });
  if (!known) losses.push_back({std::string(path), std::string(id), fmt::format("{} ({}). {}", absence(referred, id), name, *sentence)});
  return std::nullopt;
}

std::string shortened(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

Loss text_loss(std::string_view path, std::string_view text, std::size_t bytes_max) {
  return {std::string(path), std::string(text.substr(0, 200)),
          fmt::format("{} has {} bytes; the first {} were taken over, the rest is in the source only.", path, text.size(), bytes_max)};
}

std::vector<Loss> bound_texts(json::Document& record, std::size_t bytes_max) {
  std::vector<Loss> losses;
  if (record.root().raw().size() <= bytes_max) return losses;
  json::Writer out;
  write_bounded(record.root(), bytes_max, {}, out, losses);
  if (losses.empty()) return losses;
  auto bounded = json::Document::parse(out.take());
  if (!bounded) throw std::logic_error("a record with shortened texts is no JSON: " + bounded.error().message);
  record = std::move(*bounded);
  return losses;
}

}  // namespace q2o::mapper
