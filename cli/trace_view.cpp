#include "cli/trace_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/terminal.h"
#include "common/json/json.h"

namespace q2o::cli {
namespace {

using Attempt = loader::v1::FindRecordsResponse::Attempt;
using Reading = mapper::v1::TraceRecordResponse::Reading;

/// The label as any part of the way knows it.
std::string label_of(const Traced& traced) {
  for (const auto& record : traced.written)
    if (!record.label().empty()) return record.label();
  for (const auto& reading : traced.read.readings()) {
    for (const auto& reject : reading.rejects())
      if (!reject.label().empty()) return reject.label();
    for (const auto& note : reading.notes())
      if (!note.label().empty()) return note.label();
  }
  return {};
}

std::string text_of(const Reading& reading) {
  std::string text = fmt::format("  read     run {}: {} partition {} offset {}, mapping {}\n", reading.run(), reading.topic(),
                                 reading.partition(), reading.offset(), reading.mapping_version().substr(0, 12));
  for (const auto& note : reading.notes()) text += fmt::format("           {}: {}\n", note.kind(), note.reason());
  for (const auto& reject : reading.rejects()) {
    text += fmt::format("           rejected, {}: {}{}\n", reject.reason(), reject.message(),
                        reject.field().empty() ? "" : fmt::format(" (field {} = {})", reject.field(), reject.value()));
    if (!reject.hint().empty()) text += fmt::format("           → {}\n", reject.hint());
  }
  return text;
}

std::string text_of(const loader::v1::FindRecordsResponse::Written& record) {
  std::int64_t id = 0;
  for (const auto& attempt : record.attempts()) id = attempt.odoo_id() != 0 ? attempt.odoo_id() : id;
  std::string text = fmt::format("  Odoo     {}{}  {}{}\n", record.model(), id == 0 ? "" : fmt::format(" {}", id), record.external_id(),
                                 record.operation() == "create" ? "" : " (" + record.operation() + ")");
  for (const auto& attempt : record.attempts())
    text +=
        fmt::format("           run {}: {}{}\n", attempt.run(), attempt.outcome(), attempt.reason().empty() ? "" : ", " + attempt.reason());
  return text;
}

void write(json::Writer& out, const Reading& reading) {
  out.begin_object()
      .field("run", static_cast<std::int64_t>(reading.run()))
      .field("mapping_version", reading.mapping_version())
      .field("topic", reading.topic())
      .field("partition", static_cast<std::int64_t>(reading.partition()))
      .field("offset", reading.offset());
  out.key("notes").begin_array();
  for (const auto& note : reading.notes()) out.begin_object().field("kind", note.kind()).field("reason", note.reason()).end_object();
  out.end_array().key("rejects").begin_array();
  for (const auto& reject : reading.rejects()) {
    out.begin_object().field("reason", reject.reason()).field("field", reject.field()).field("value", reject.value());
    out.field("message", reject.message()).field("hint", reject.hint()).end_object();
  }
  out.end_array().end_object();
}

void write(json::Writer& out, const loader::v1::FindRecordsResponse::Written& record) {
  out.begin_object().field("external_id", record.external_id()).field("model", record.model()).field("operation", record.operation());
  out.key("attempts").begin_array();
  for (const auto& attempt : record.attempts()) {
    out.begin_object().field("run", static_cast<std::int64_t>(attempt.run())).field("target_id", attempt.target_id());
    out.field("outcome", attempt.outcome()).field("reason", attempt.reason()).field("odoo_id", attempt.odoo_id()).end_object();
  }
  out.end_array().end_object();
}

}  // namespace

std::string trace_text(const std::vector<Traced>& records) {
  std::string text;
  for (const auto& traced : records) {
    const std::string label = label_of(traced);
    text += (text.empty() ? "" : "\n") + bold(traced.entity + " " + traced.source_id) + (label.empty() ? "" : "  " + label) + '\n';
    for (const auto& reading : traced.read.readings()) text += text_of(reading);
    if (traced.read.readings().empty()) text += "  read     nothing of its own: made from the source's ledger\n";
    for (const auto& record : traced.written) text += text_of(record);
    if (traced.written.empty()) text += "  Odoo     nothing was written\n";
    if (!traced.read.body().empty()) text += "  source   " + traced.read.body() + '\n';
    if (!traced.read.body_missing().empty()) text += "  source   not at hand: " + traced.read.body_missing() + '\n';
  }
  return text;
}

std::string trace_json(const std::vector<Traced>& records) {
  json::Writer out;
  out.begin_array();
  for (const auto& traced : records) {
    out.begin_object().field("entity", traced.entity).field("source_id", traced.source_id).field("label", label_of(traced));
    out.key("readings").begin_array();
    for (const auto& reading : traced.read.readings()) write(out, reading);
    out.end_array().key("written").begin_array();
    for (const auto& record : traced.written) write(out, record);
    out.end_array();
    // A record that is no JSON cannot stand in one; `q2o trace --raw` without --json prints its bytes.
    if (!traced.read.body().empty() && json::Document::parse(traced.read.body())) out.key("body").raw(traced.read.body());
    if (!traced.read.body_missing().empty()) out.field("body_missing", traced.read.body_missing());
    out.end_object();
  }
  return out.end_array().take();
}

}  // namespace q2o::cli
