#include "sandbox/odoo/schema/tables.h"

// Models without a recorded field list; written from the published source of Odoo 18.
namespace q2o::sandbox::odoo {

const char* const kSystemModels = R"(
model ir.config_parameter
char key required index
text value required
model decimal.precision
char name required index
integer digits required default=2
model ir.actions.server
char name required index
many2one model_id required relation=ir.model
selection state required selection=object_write,object_create,object_copy,code,mail_post,followers,remove_followers,next_activity,sms,webhook,multi default=object_write
text code
char type default=ir.actions.server
model ir.logging
char name required
selection type required selection=client,server
char level
char path required
char func required index
char line required
text message required
model mail.message.subtype
char name required
model resource.resource
char name required
model res.bank
char name required
model account.chart.template
char name
model q2o.sequence
char key required index
char last
integer number default=0
)";

}  // namespace q2o::sandbox::odoo
