#include "services/metering/app/invoice_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/metering_invoices.h"

namespace furnace::metering {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(InvoiceHtmlTest, ShowsWhatIsOwedAndFor) {
  const Invoice invoice = AnInvoice(NewId(), 7);
  EXPECT_THAT(
      InvoiceHtml(invoice),
      AllOf(HasSubstr("<h1>Invoice 7</h1>"), HasSubstr(invoice.id), HasSubstr(invoice.project_id),
            HasSubstr("<dd>2026-03</dd>"), HasSubstr("1.5 GPU-hours"),
            HasSubstr("0.00006 / GPU-second"), HasSubstr("credit: the platform failed"),
            HasSubstr("Due: USD 0.22"), HasSubstr("USD 0.2239401"), HasSubstr("@media print")));
}

TEST(InvoiceHtmlTest, NothingInItRunsOrLoads) {
  Invoice invoice = AnInvoice(NewId());
  invoice.issuer = "<img src=x onerror='alert(1)'>";
  invoice.lines[0].gpu_type = "\"><script>";
  EXPECT_THAT(InvoiceHtml(invoice),
              AllOf(Not(HasSubstr("<script")), Not(HasSubstr("<img")), Not(HasSubstr("http:")),
                    Not(HasSubstr("https:")), HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"),
                    HasSubstr("&lt;img src=x onerror=&#39;alert(1)&#39;&gt;"),
                    HasSubstr("&quot;&gt;&lt;script&gt;")));
}

TEST(InvoiceHtmlTest, ADraftSaysSo) {
  Invoice draft = AnInvoice(NewId());
  draft.number = 0;
  draft.lines.clear();
  EXPECT_THAT(InvoiceHtml(draft),
              AllOf(HasSubstr("DRAFT"), HasSubstr("As of"), Not(HasSubstr("<table"))));
}

}  // namespace
}  // namespace furnace::metering
