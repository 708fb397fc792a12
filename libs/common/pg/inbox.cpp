#include "common/pg/pg.h"

namespace q2o::pg {

bool Inbox::insert(Tx& tx, std::string_view consumer, std::string_view message_id) {
  return tx.exec("insert into inbox (consumer, message_id) values ($1, $2) on conflict do nothing", {consumer, message_id}).affected() == 1;
}

}  // namespace q2o::pg
