#include <fmt/format.h>

#include "services/validator/domain/checks.h"

namespace q2o::validator {
namespace {

/// Attachments in Odoo by the source's file.
std::map<std::string, std::vector<std::int64_t>> attachments(const TargetBooks& target, const Bridge& bridge) {
  std::map<std::string, std::vector<std::int64_t>> out;
  for (const auto& record : target.all_records()) {
    if (record.model != "ir.attachment") continue;
    if (const auto name = bridge.parse(record.name)) out[name->entity + "/" + name->id].push_back(record.id);
  }
  return out;
}

bool is_listed(const SourceFile& file, const RunNotes& notes) {
  const auto is_it = [&](const auto& one) { return one.entity == file.entity && one.source_id == file.id; };
  return std::ranges::any_of(notes.rejects, is_it) ||
         std::ranges::any_of(notes.notes, [&](const auto& note) { return note.kind == "excluded" && is_it(note); });
}

Line line_of(const SourceFile& file) {
  Line line;
  line.subject = file.name;
  line.entity = file.entity;
  line.source_id = file.id;
  line.source = file.bytes ? fmt::format("{} bytes", *file.bytes) : "size not said";
  line.explained = true;
  return line;
}

}  // namespace

Check check_files(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const RunNotes& notes) {
  CheckBuilder check(
      "files", "Files on records",
      "Each file of the source is in Odoo with as many bytes as the source says, once per record it hangs on, or it is listed "
      "with the reason. Files post nothing.");
  const auto in_odoo = attachments(target, bridge);
  std::size_t listed = 0;
  for (const auto& file : source.files) {
    const auto found = in_odoo.find(file.entity + "/" + file.id);
    if (found == in_odoo.end()) {
      Line line = line_of(file);
      const bool known = is_listed(file, notes);
      listed += known ? 1 : 0;
      line.target = "not moved";
      line.note = known ? "listed with the reason" : "it was moved or should have been, and is not in Odoo: run again";
      check.fact(std::move(line), known);
      continue;
    }
    for (const auto id : found->second) {
      Line line = line_of(file);
      const auto size = target.file_bytes.find(id);
      const bool same = size != target.file_bytes.end() && (!file.bytes || *file.bytes == size->second);
      line.target = size == target.file_bytes.end() ? "deleted" : fmt::format("{} bytes", size->second);
      if (!same) line.note = "not the file of the source: somebody changed it in Odoo, or the source says a wrong size";
      check.fact(std::move(line), same);
    }
  }
  check.remark(fmt::format("{} of {} files were not moved.", listed, source.files.size()));
  return check.finish();
}

}  // namespace q2o::validator
