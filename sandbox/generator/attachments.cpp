#include <fmt/format.h>

#include <array>

#include "sandbox/generator/families.h"

/// Files and notes on records of many kinds. The files are real ones, small, and the same for the same company.
namespace q2o::sandbox::generator {
namespace {

/// One page with a line of text: objects, their offsets, and where those are.
std::string pdf(const std::string& text) {
  const std::string page = fmt::format("BT /F1 14 Tf 72 720 Td ({}) Tj ET", text);
  const std::array<std::string, 5> objects{
      "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
      "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
      fmt::format("<</Length {}>>\nstream\n{}\nendstream", page.size(), page), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"};
  std::string out = "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n", table = "0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    table += fmt::format("{:010} 00000 n \n", out.size());
    out += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
  }
  return out +
         fmt::format("xref\n0 {0}\n{1}trailer\n<</Size {0}/Root 1 0 R>>\nstartxref\n{2}\n%%EOF\n", objects.size() + 1, table, out.size());
}

/// A green dot: the smallest picture that every viewer opens.
std::string png() {
  static constexpr unsigned char kDot[]{0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44,
                                        0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90,
                                        0x77, 0x53, 0xDE, 0x00, 0x00, 0x00, 0x0F, 0x49, 0x44, 0x41, 0x54, 0x78, 0x01, 0x01, 0x04,
                                        0x00, 0xFB, 0xFF, 0x00, 0x2E, 0x8B, 0x57, 0x01, 0xFB, 0x01, 0x11, 0x06, 0x07, 0x04, 0xCC,
                                        0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82};
  return std::string(reinterpret_cast<const char*>(kDot), sizeof kDot);
}

struct File {
  std::string name, type, bytes;
};

class Attachments {
 public:
  explicit Attachments(Workshop& shop) : shop_(shop) {}

  /// On the n-th record of each kind; kinds that the company has too few of are left out.
  void put(const std::vector<std::pair<std::string, std::size_t>>& on, const File& file, const std::string& note = {}) {
    auto references = Node::array();
    for (const auto& [entity, position] : on)
      if (const auto& all = shop_.company.of(entity); position < all.size()) references.push(reference(entity, object_id(all[position])));
    if (!references.items().empty()) add(std::move(references), file, note);
  }
  /// The document was deleted later: QuickBooks keeps what was attached to it.
  void put_orphan(const File& file, const std::string& note) { add(Node::array({reference("Invoice", "999999")}), file, note); }

 private:
  static Node reference(const std::string& entity, const std::string& id) {
    return Node::object({{"EntityRef", Node::object({{"type", entity}, {"value", id}})}, {"IncludeOnSend", false}});
  }
  void add(Node references, const File& file, const std::string& note) {
    const auto id = std::to_string(++last_id_);
    auto object = Node::object({{"AttachableRef", std::move(references)}});
    if (!file.name.empty()) {
      object.set("FileName", file.name).set("FileAccessUri", "/download/" + id);
      object.set("Size", static_cast<int>(file.bytes.size())).set("ContentType", file.type);
      shop_.company.files[id] = file.bytes;
    }
    if (!note.empty()) object.set("Note", note);
    const Node base = shop_.begin(id, "2025-12-01");
    for (const auto& member : base.members()) object.set(member.key, member.value);
    shop_.put("Attachable", std::move(object));
  }

  Workshop& shop_;
  int last_id_ = 5000;
};

}  // namespace

void put_attachments(Workshop& shop) {
  Attachments attachments(shop);
  const File none;
  attachments.put({{"Invoice", 3}}, {"plan of garden.txt", "text/plain", "Beds along the fence\nPond in the corner\n"});
  attachments.put({{"Bill", 1}}, {"bill-scan.pdf", "application/pdf", pdf("Bill, scanned")}, "Scanned");
  attachments.put({{"Customer", 0}}, none, "Prefers mornings");
  attachments.put_orphan({"orphan.txt", "text/plain", "Of an invoice that is gone\n"}, "Its invoice was deleted");
  attachments.put({{"Purchase", 2}}, {"receipt.png", "image/png", png()});
  attachments.put({{"Deposit", 0}}, {"deposit slip.pdf", "application/pdf", pdf("Deposit slip")});
  attachments.put({{"JournalEntry", 0}}, {"accruals.csv", "text/csv", "account,amount\nRent,120.00\n"});
  attachments.put({{"Payment", 1}, {"Invoice", 5}, {"Customer", 1}}, {"remittance.pdf", "application/pdf", pdf("Remittance advice")},
                  "Came by mail");
  attachments.put({{"Estimate", 0}}, {"sketch.png", "image/png", png()}, "First sketch");
  attachments.put({{"Purchase", 3}}, none, "Paid with the truck's card");
}

}  // namespace q2o::sandbox::generator
