#include "services/validator/adapters/report_stream.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "services/validator/adapters/render.h"

namespace q2o::validator {
namespace {

using Which = StoredReport::Which;

/// JSON around a list that is empty in `json`. The name of a member cannot occur inside of a text: its quotes would be escaped.
std::pair<std::string_view, std::string_view> around(std::string_view json, std::string_view list) {
  const auto at = json.find(list);
  if (at == std::string_view::npos) throw std::runtime_error("the report cannot be written as JSON");
  const auto inside = at + list.size() - 1;  // before "]"
  return {json.substr(0, inside), json.substr(inside)};
}

/// What the page shows: the first differences of each section and the last trial balance.
class OfPage {
 public:
  explicit OfPage(const StoredReport& report) {
    for (int section = 0; section < report.about().checks_size(); ++section) {
      if (report.about().checks(section).name() != "trial_balance") continue;
      report.lines(section, Which::all, [&](const v1::Line& line) { last_ = std::max(last_, line.period()); });
    }
  }
  bool operator()(const v1::Check& check, const v1::Line& line) {
    if (check.name() == "trial_balance" && line.period() == last_) return true;
    return line.differs() && ++shown_[{&check, line.explained()}] <= kPageRowsMax;
  }

 private:
  std::string last_;
  std::map<std::pair<const v1::Check*, bool>, int> shown_;
};

void whole(const RenderedFile& file, FileSink& sink) {
  sink.begin(file.name);
  sink.write(file.content);
}
std::string table_of(const StoredReport& report, int section) {
  return report.about().checks(section).name() + ".csv";
}
void section_csv(const StoredReport& report, int section, FileSink& sink) {
  sink.begin(table_of(report, section));
  sink.write(csv_lines_head());
  report.lines(section, Which::all, [&](const v1::Line& line) { sink.write(csv_line(line)); });
}

}  // namespace

void stream_html(const StoredReport& report, FileSink& sink) {
  sink.begin("report.html");
  OfPage wanted(report);
  v1::Report page = report.with(
      Which::differing, [&](const auto& check, const auto& line) { return check.name() != "trial_balance" && wanted(check, line); });
  for (int section = 0; section < page.checks_size(); ++section) {
    auto& check = *page.mutable_checks(section);
    if (check.name() != "trial_balance") continue;
    report.lines(section, Which::all, [&](v1::Line& line) {
      if (wanted(check, line)) *check.add_lines() = std::move(line);
    });
  }
  sink.write(render_html(page));
}

void stream_json(const StoredReport& report, FileSink& sink) {
  sink.begin("report.json");
  v1::Report about = report.about();
  about.clear_checks();
  const auto json = to_json(about);
  const auto [before, after] = around(json, "\"checks\":[]");
  sink.write(before);
  for (int section = 0; section < report.about().checks_size(); ++section) {
    auto check = report.about().checks(section);
    check.clear_lines();
    const auto head = to_json(check);
    const auto [begins, ends] = around(head, "\"lines\":[]");
    if (section > 0) sink.write(",");
    sink.write(begins);
    bool first = true;
    report.lines(section, Which::all, [&](const v1::Line& line) {
      if (!first) sink.write(",");
      first = false;
      sink.write(to_json(line));
    });
    sink.write(ends);
  }
  sink.write(after);
}

void stream_csv(const StoredReport& report, FileSink& sink) {
  whole(csv_summary(report.about()), sink);
  for (int section = 0; section < report.about().checks_size(); ++section) section_csv(report, section, sink);
  for (const auto& file : csv_lists(report.about())) whole(file, sink);
}

bool stream_table(const StoredReport& report, std::string_view name, FileSink& sink) {
  for (int section = 0; section < report.about().checks_size(); ++section) {
    if (table_of(report, section) != name) continue;
    section_csv(report, section, sink);
    return true;
  }
  auto files = csv_lists(report.about());
  files.push_back(csv_summary(report.about()));
  const auto found = std::ranges::find(files, name, &RenderedFile::name);
  if (found == files.end()) return false;
  whole(*found, sink);
  return true;
}

void stream_one_csv(const StoredReport& report, FileSink& sink) {
  sink.begin("report.csv");
  sink.write("section," + csv_lines_head());
  for (int section = 0; section < report.about().checks_size(); ++section) {
    const auto name = report.about().checks(section).name() + ",";  // a word of ours: nothing to quote
    report.lines(section, Which::all, [&](const v1::Line& line) { sink.write(name + csv_line(line)); });
  }
}

}  // namespace q2o::validator
