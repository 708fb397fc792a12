#include "cli/examples.h"

#include <algorithm>
#include <iterator>

namespace q2o::cli {
namespace {

struct Example {
  std::string_view command, lines;
};

constexpr Example kExamples[]{
    {"accept",
     "  q2o accept --reason \"written off with the auditor\"\n"
     "  q2o accept 0b4cb2f3 --yes --reason \"known rounding of 2019\"   asks nothing"},
    {"api-keys",
     "  q2o api-keys --create nightly --scopes migrations:read,migrations:write\n"
     "  q2o api-keys --revoke 0123456789abcdef0123"},
    {"assess",
     "  q2o assess                        counts the only company that is connected\n"
     "  q2o assess 90d1c4e2 --target 5b1c9d20\n"
     "  q2o assess --last --json          what was counted last, for a script"},
    {"audit",
     "  q2o audit\n"
     "  q2o audit --most 1000 --json"},
    {"audit verify",
     "  q2o audit verify                 ends with 3 when it is broken\n"
     "  q2o audit verify --known 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    {"connect-odoo",
     "  q2o connect-odoo --odoo-url https://books.example.com --odoo-db books --odoo-user admin\n"
     "  q2o connect-odoo --odoo-url http://127.0.0.1:8069 --odoo-db copy --odoo-user admin --json"},
    {"connect-quickbooks",
     "  q2o connect-quickbooks --company-id 4620816365123456 --client-id ABC\n"
     "  q2o connect-quickbooks --browser    sign in at QuickBooks; then paste the address that the browser shows"},
    {"connections",
     "  q2o connections\n"
     "  q2o connections --json    ids, states and versions for a script"},
    {"disconnect",
     "  q2o disconnect                    the only company that is connected\n"
     "  q2o disconnect qbo4620816365123456 --yes"},
    {"diff",
     "  q2o diff 1 4                      per account and record, old and new\n"
     "  q2o diff 1 4 --by-month --csv > changes.csv"},
    {"delta",
     "  q2o delta --dry-run       counts of what is new, changed and deleted in the source\n"
     "  q2o delta 0b4cb2f3 --lock-until 2026-03-31    at go-live: the last changes, the proof, then the lock date"},
    {"doctor",
     "  q2o doctor\n"
     "  q2o doctor --json         for a monitor; ends with 1 when something is bad"},
    {"estimate",
     "  q2o estimate --years 5                     QuickBooks Online\n"
     "  q2o estimate --platform wave --years 3 --records 8000 --json"},
    {"history",
     "  q2o history               of the latest migration\n"
     "  q2o history 0b4cb2f3 --json"},
    {"keys",
     "  q2o keys                  versions, when they were made and destroyed\n"
     "  q2o keys --rotate --rotate-master"},
    {"login",
     "  q2o login https://books.example.com                       asks for an API key\n"
     "  q2o login localhost:15443 --ca .run/secrets/edge.crt --email ann@example.com"},
    {"logout",
     "  q2o logout\n"
     "  q2o logout && q2o status   looks at this machine's services"},
    {"mapping",
     "  q2o mapping check config/mappings/quickbooks_to_odoo.json\n"
     "  q2o mapping store my_mapping.json"},
    {"mapping check",
     "  q2o mapping check config/mappings/quickbooks_to_odoo.json\n"
     "  q2o mapping check my_mapping.json --json"},
    {"mapping store",
     "  q2o mapping store my_mapping.json\n"
     "  q2o mapping store my_mapping.json --json"},
    {"migrate",
     "  q2o migrate --company-id 4620816365123456 --client-id ABC --odoo-url https://books.example.com --odoo-db books --odoo-user admin\n"
     "  the same with --dry-run   checks both sides, writes nothing\n"
     "  the same with --years 3   three fiscal years in full, opening balances before them\n"
     "  the same with --cut-over 2025-12-31 --depth archive   balances and open items of that day, settled documents as cancelled ones"},
    {"pause",
     "  q2o pause --reason \"month end\"\n"
     "  q2o pause 0b4cb2f3"},
    {"pay",
     "  q2o pay 0190f3c2-5a3e-7c41-9b1d-2f6f0c1d7e55 --return-url https://app.example.com/paid\n"
     "  the same with --json      id, address and end of the page"},
    {"payments",
     "  q2o payments\n"
     "  q2o payments --all --problems    what operators have to settle; ends with 4 when there is something"},
    {"payments acknowledge", "  q2o payments acknowledge pi_3Q1xYz --reason \"another product of ours, sold at Stripe\""},
    {"quote",
     "  q2o quote --years 5       of the latest migration\n"
     "  q2o quote 0b4cb2f3 7d11aa20 --years 3    two companies in one order"},
    {"create",
     "  q2o create --name Bakery --years 5\n"
     "  q2o create --name Bakery --from 2024-04-01 --by-hand"},
    {"choose",
     "  q2o choose --source 5a0c11fe --target 77b2d0a1    of the latest migration\n"
     "  q2o choose 0b4cb2f3 --years 3"},
    {"analyze",
     "  q2o analyze               of the latest migration\n"
     "  q2o analyze 0b4cb2f3 --json"},
    {"purge",
     "  q2o purge 0b4cb2f3 --yes  what is kept here of one migration, and its key\n"
     "  q2o purge --tenant --reason \"contract ended\"    everything; QuickBooks and Odoo are not touched\n"
     "  q2o purge --list --json   certificates"},
    {"rejects",
     "  q2o rejects               by cause, five of each\n"
     "  q2o rejects --json        every record"},
    {"repair",
     "  q2o repair invoice 1043 --set Line.0.Amount=12.50 --why \"as on paper\"\n"
     "  q2o repair 0b4cb2f3 invoice 1043 --exclude --why \"a duplicate of 1042\""},
    {"repairs",
     "  q2o repairs               of the latest migration\n"
     "  q2o repairs 0b4cb2f3 --json"},
    {"replay",
     "  q2o replay --dry-run --mapping 0123456789ab    what a stored mapping would change\n"
     "  q2o replay --run 1 --entities Invoice,Payment"},
    {"report",
     "  q2o report                of the latest migration, into .run/state/reports\n"
     "  q2o report 0b4cb2f3 --out for_the_auditor"},
    {"resume",
     "  q2o resume                the latest migration; after a proof that differs it proves again\n"
     "  q2o resume 0b4cb2f3"},
    {"retry",
     "  q2o retry                 after `q2o repair`; what is in Odoo already is not written again\n"
     "  q2o retry 0b4cb2f3 --reason \"repaired with the client\""},
    {"status",
     "  q2o status                every migration\n"
     "  q2o status 0b4cb2f3       one, with its progress and what is left changed in Odoo"},
    {"stop",
     "  q2o stop --reason \"wrong company\"\n"
     "  q2o stop 0b4cb2f3 --yes   asks nothing"},
    {"topics", "  q2o topics --brokers 127.0.0.1:19092 --file config/topics.toml"},
    {"trace",
     "  q2o trace invoice 1043\n"
     "  q2o trace odoo account.move 512 --raw"},
    {"undo",
     "  q2o undo --dry-run        what it would do: counts, and what it keeps with the reason\n"
     "  q2o undo 0b4cb2f3 --yes --reason \"wrong database\""},
    {"watch",
     "  q2o watch                 the latest migration\n"
     "  q2o watch 0b4cb2f3 --json    waits, then prints how it ended"},
    {"whoami",
     "  q2o whoami\n"
     "  q2o whoami --json         companies and roles for a script"},
};

}  // namespace

std::string_view examples_of(std::string_view command) {
  const auto* found = std::ranges::find(kExamples, command, &Example::command);
  return found == std::end(kExamples) ? std::string_view() : found->lines;
}

}  // namespace q2o::cli
