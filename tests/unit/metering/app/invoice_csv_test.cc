#include "services/metering/app/invoice_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "tests/support/metering_invoices.h"

namespace furnace::metering {
namespace {

using ::testing::HasSubstr;

TEST(InvoiceCsvTest, EachLineOfTheInvoiceIsALine) {
  const std::string project = "00000000-0000-4000-8000-000000000001";
  const Invoice invoice = AnInvoice(project);
  const std::vector<std::string> lines = absl::StrSplit(InvoiceCsv(invoice), "\r\n");
  ASSERT_EQ(lines.size(), 1 + 4 + 1);  // Heading, lines, and nothing after the last end of line.
  EXPECT_EQ(lines[1], invoice.id + ",1," + project +
                          ",2026-03-01T00:00:00Z,2026-04-01T00:00:00Z,usage,gpu_time,"
                          "00000000-0000-4000-9000-000000000001,rtx4000,,,2026-03-01T10:00:00Z,"
                          "2026-03-01T12:00:00Z,5400,GPU-second,0.00006,5400000000000,0.324,0.324");
  EXPECT_THAT(lines[4], HasSubstr(",\"'=HYPERLINK(\"\"x\"\"), <script>alert(1)</script>\","));
  EXPECT_THAT(lines[4], HasSubstr(",-0.1,-0.1"));
}

TEST(InvoiceCsvTest, ADraftHasNoNumber) {
  Invoice draft = AnInvoice(NewId());
  draft.id.clear();
  draft.number = 0;
  EXPECT_THAT(InvoiceCsv(draft), HasSubstr("\r\n,," + draft.project_id));
}

}  // namespace
}  // namespace furnace::metering
