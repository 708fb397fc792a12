#include "services/mapper/domain/builders/tests/workbench.h"

namespace q2o::mapper {
namespace {

class Orders : public testing::Workbench {
 protected:
  Outcome estimate(const std::string& more) {
    return build("estimate", "Estimate",
                 "{'Id':'41','DocNumber':'1001','TxnDate':'2026-03-27','CustomerRef':{'value':'1'},'TotalAmt':90," + more +
                     "'Line':[{'Amount':100,'Description':'Garden','DetailType':'SalesItemLineDetail','SalesItemLineDetail':{'ItemRef':{'"
                     "value':'5'},'Qty':4,'UnitPrice':25}},"
                     "{'DetailType':'DescriptionOnly','Description':'On Monday'},"
                     "{'Amount':10,'DetailType':'DiscountLineDetail','DiscountLineDetail':{'DiscountAccountRef':{'value':'30'}}}]}");
  }
  Outcome order(const std::string& more) {
    return build("purchase_order", "PurchaseOrder",
                 "{'Id':'45','TxnDate':'2026-04-06','VendorRef':{'value':'2'},'TotalAmt':20," + more +
                     "'Line':[{'Amount':20,'DetailType':'ItemBasedExpenseLineDetail','ItemBasedExpenseLineDetail':{'ItemRef':{'value':'6','"
                     "name':'Pump'},'Qty':3,'UnitPrice':7}}]}");
  }
};

TEST_F(Orders, TheStateOfAnEstimateIsWrittenAfterItsCreation) {
  struct Case {
    const char* status;
    const char* then;
  };
  for (const auto& each : {Case{"Accepted", R"({"state":"sale"})"}, Case{"Closed", R"({"state":"sale","locked":true})"},
                           Case{"Rejected", R"({"state":"cancel"})"}, Case{"Pending", R"({"state":"sent"})"}}) {
    EXPECT_EQ(sent(estimate("'TxnStatus':'" + std::string(each.status) + "',"), "q_estimate_41", "then"), each.then) << each.status;
  }
}

TEST_F(Orders, LinesOfAnOrderKeepQuantityAndPriceOrTheAmount) {
  const auto sale = estimate("");
  EXPECT_EQ(sent(sale, "q_estimate_41", "values.order_line.lines.0"),
            R"({"name":"Garden","product_id":{"ref":"q_item_5"},"product_uom_qty":4,"price_unit":25,"tax_id":{"refs":[]}})");
  EXPECT_EQ(sent(sale, "q_estimate_41", "values.order_line.lines.1"), R"({"display_type":"line_note","name":"On Monday"})");
  EXPECT_EQ(sent(sale, "q_estimate_41", "values.order_line.lines.2.price_unit"), "-10") << "a discount is a negative line";
  EXPECT_EQ(sent(order(""), "q_purchase_order_45", "values.order_line.lines.0"),
            R"json({"name":"Pump (3 x 7)","product_id":{"ref":"q_item_6"},"product_qty":1,"price_unit":20,"taxes_id":{"refs":[]}})json")
      << "3 x 7 is not 20: the amount rules";
}

TEST_F(Orders, ALineWithoutProductGetsTheOneThatIsMadeOnce) {
  const auto first = estimate("");
  ASSERT_NE(target(first, "q_company_info_1_orderproduct"), nullptr);
  EXPECT_EQ(target(first, "q_company_info_1_orderproduct")->wave, "order_products");
  EXPECT_EQ(sent(first, "q_estimate_41", "values.order_line.lines.2.product_id"), R"({"ref":"q_company_info_1_orderproduct"})");
  EXPECT_EQ(target(estimate(""), "q_company_info_1_orderproduct"), nullptr);
}

TEST_F(Orders, AnExpirationDateAndTheNoteAreKept) {
  EXPECT_EQ(sent(estimate(""), "q_estimate_41", "values.validity_date"), "null");
  note_ = "a &lt; b";
  const auto outcome = estimate("'ExpirationDate':'2026-05-01',");
  EXPECT_EQ(sent(outcome, "q_estimate_41", "values.validity_date"), R"("2026-05-01")");
  EXPECT_EQ(sent(outcome, "q_estimate_41_note", "values.body"), R"("<p>a &lt; b</p>")");
}

TEST_F(Orders, AClosedPurchaseOrderWithoutABillHasNothingLeftToBill) {
  EXPECT_EQ(sent(order("'POStatus':'Open',"), "q_purchase_order_45", "then"), R"({"state":"purchase"})");
  EXPECT_EQ(sent(order("'POStatus':'Closed','LinkedTxn':[{'TxnId':'9','TxnType':'Bill'}],"), "q_purchase_order_45", "then"),
            R"({"state":"done"})");
  EXPECT_EQ(sent(order("'POStatus':'Closed','LinkedTxn':[{'TxnId':'8','TxnType':'Purchase'}],"), "q_purchase_order_45", "then"),
            R"({"state":"done","invoice_status":"invoiced"})");
}

TEST_F(Orders, AClosedPurchaseOrderOfNobodysBillIsClosedByHand) {
  EXPECT_EQ(sent(order("'POStatus':'Closed',"), "q_purchase_order_45", "then"), R"({"state":"done","invoice_status":"invoiced"})");
}

TEST_F(Orders, TheClassOfAnOrderReachesItsLines) {
  know("Class", "8", "{'Name':'Garden'}");
  EXPECT_EQ(sent(estimate("'ClassRef':{'value':'8'},"), "q_estimate_41", "values.order_line.lines.0.analytic_distribution.distribution"),
            R"([[[{"ref":"q_class_8"}],"100.0"]])");
}

TEST_F(Orders, LinesAndLinksAreRememberedForTheDocumentsMadeOfThem) {
  estimate("'LinkedTxn':[{'TxnId':'103','TxnType':'Invoice'}],");
  EXPECT_EQ(remembered("order_link", "Invoice/103"), R"({"orders":["Estimate/41"]})");
  EXPECT_EQ(remembered("order_lines", "Estimate/41"),
            R"({"order":"q_estimate_41","lines":[{"item":"5","amount":"100"},{"item":"","amount":"0"},{"item":"","amount":"-10"}]})");
}

TEST_F(Orders, AnOrderOfAnUnknownCustomerIsRejected) {
  EXPECT_EQ(reason(build("estimate", "Estimate", "{'Id':'1','TxnDate':'2026-01-01','CustomerRef':{'value':'99'}}")), "REFERENCE_MISSING");
}

class Hours : public testing::Workbench {
 protected:
  Outcome time(const std::string& who, const std::string& more = "'Hours':2,'Minutes':45,") {
    return build("time_activity", "TimeActivity",
                 "{'Id':'4','TxnDate':'2026-04-06'," + more + "'Description':'Trimming','BillableStatus':'HasBeenBilled','HourlyRate':15," +
                     who + "}");
  }
  const std::string employee_ = "'EmployeeRef':{'value':'3'}", customer_ = ",'CustomerRef':{'value':'1'}";
};

TEST_F(Hours, AnEmployeesHoursStandOnTheProjectOfTheCustomer) {
  know("time_link", "4", "{'invoice':'q_invoice_106'}");
  const auto outcome = time(employee_ + customer_);
  EXPECT_EQ(sent(outcome, "q_customer_1_project", "values"),
            R"({"name":"Amy & Sons","allow_timesheets":true,"partner_id":{"ref":"q_customer_1"}})");
  EXPECT_EQ(sent(outcome, "q_time_activity_4", "values.project_id"), R"({"ref":"q_customer_1_project"})");
  EXPECT_EQ(sent(outcome, "q_time_activity_4", "values.timesheet_invoice_id"), R"({"ref":"q_invoice_106"})");
  EXPECT_EQ(Decimal::of(sent(outcome, "q_time_activity_4", "values.unit_amount")), Decimal::of("2.75"));
  EXPECT_EQ(sent(outcome, "q_time_activity_4", "values.name"), R"("Trimming [HasBeenBilled 15]")");
  EXPECT_EQ(target(time(employee_ + customer_), "q_customer_1_project"), nullptr) << "the project is made once";
}

TEST_F(Hours, TimeWithoutCustomerHasAProjectOfTheCompany) {
  EXPECT_EQ(sent(time(employee_), "q_time_activity_4", "values.project_id"), R"({"ref":"q_company_info_1_project"})");
}

TEST_F(Hours, AVendorsHoursStandOnAnAnalyticAccount) {
  const auto outcome = time("'VendorRef':{'value':'2'}" + customer_);
  EXPECT_EQ(sent(outcome, "q_time_activity_4", "values.account_id"), R"({"ref":"q_customer_1_analytic"})");
  EXPECT_EQ(sent(outcome, "q_time_activity_4", "values.partner_id"), R"({"ref":"q_vendor_2"})");
  EXPECT_EQ(sent(outcome, "q_time_activity_4", "values.employee_id"), "");
}

TEST_F(Hours, StartEndAndBreakGiveTheHoursThatAreNotSaid) {
  const auto hours = [&](const std::string& end) {
    const auto outcome = time(employee_, "'StartTime':'2026-04-06T22:15:00-07:00','EndTime':'" + end + "','BreakMinutes':30,");
    return outcome.reject ? reason(outcome) : sent(outcome, "q_time_activity_4", "values.unit_amount");
  };
  EXPECT_EQ(hours("2026-04-07T02:45:00-07:00"), "4.00") << "over midnight";
  EXPECT_EQ(hours("2026-04-06T08:00:00-07:00"), "NEGATIVE_TIME");
  EXPECT_EQ(hours("2026-04-06"), "NOT_A_DATE");
}

TEST_F(Hours, TimeOfNobodyIsRejected) {
  EXPECT_EQ(reason(time("'Taxable':false")), "REFERENCE_MISSING");
}

}  // namespace
}  // namespace q2o::mapper
