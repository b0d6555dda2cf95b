#include "services/metering/rpc/invoice_handlers.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/metering_invoices.h"
#include "tests/unit/metering/app/invoice_desk_fixture.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

class InvoiceHandlersTest : public InvoiceDeskFixture {
 protected:
  InvoiceHandlersTest() {
    viewer_.project_id = project_;
    viewer_.role = v1::ROLE_VIEWER;
    operator_ = viewer_;
    operator_.role = v1::ROLE_OPERATOR;
  }

  v1::Invoice Finalized(const std::string& month) {
    v1::FinalizeInvoiceRequest request;
    request.set_month(month);
    const auto invoice = handlers_.FinalizeInvoice(operator_, request);
    EXPECT_TRUE(invoice.ok()) << invoice.status();
    return invoice.ok() ? *invoice : v1::Invoice();
  }

  static v1::GetInvoiceRequest Asking(const std::string& id, const std::string& month = "") {
    v1::GetInvoiceRequest request;
    request.set_invoice_id(id);
    request.set_month(month);
    return request;
  }

  InvoiceHandlers handlers_{desk_};
  CallContext viewer_;
  CallContext operator_;
};

TEST_F(InvoiceHandlersTest, AFinalInvoiceIsShownWhole) {
  Use(kTenUs);
  const v1::Invoice made = Finalized("2026-03");
  const auto shown = handlers_.GetInvoice(viewer_, Asking(made.id()));
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(shown->SerializeAsString(), made.SerializeAsString());
  EXPECT_EQ(shown->status(), v1::INVOICE_STATUS_FINAL);
  EXPECT_EQ(shown->number(), 1);
  EXPECT_EQ(shown->period_start().seconds(), March().start_us / kSecondUs);
  EXPECT_EQ(shown->period_end().seconds(), March().end_us / kSecondUs);
  EXPECT_EQ(shown->currency(), "USD");
  EXPECT_EQ(shown->total_nanos(), kUse);
  EXPECT_EQ(shown->ledger_hash().size(), 64);
  ASSERT_EQ(shown->lines_size(), 2);
  const v1::InvoiceLine& line = shown->lines(0);
  EXPECT_EQ(line.section(), v1::INVOICE_SECTION_USAGE);
  EXPECT_EQ(line.kind(), "gpu_time");
  EXPECT_EQ(line.quantity(), "10");
  EXPECT_EQ(line.unit(), "GPU-second");
  EXPECT_EQ(line.exact_quantity(), "10000000000");
  EXPECT_EQ(line.unit_price_nanos(), 60'000);
  EXPECT_EQ(line.exact_amount(), "0.0006");
  EXPECT_EQ(line.amount_nanos(), 600'000);
}

TEST_F(InvoiceHandlersTest, OnlyOperatorsMakeInvoicesFinal) {
  Use(kTenUs);
  v1::FinalizeInvoiceRequest request;
  request.set_month("2026-03");
  for (const v1::Role role : {v1::ROLE_UNSPECIFIED, v1::ROLE_VIEWER, v1::ROLE_ADMIN}) {
    viewer_.role = role;
    EXPECT_TRUE(absl::IsPermissionDenied(handlers_.FinalizeInvoice(viewer_, request).status()));
  }
  CallContext suite;
  suite.role = v1::ROLE_OPERATOR;
  request.set_project_id(project_);
  EXPECT_TRUE(handlers_.FinalizeInvoice(suite, request).ok());
}

TEST_F(InvoiceHandlersTest, InvoicesComeInPages) {
  Use(kTenUs);
  clock_.Set(May().end_us);
  for (const char* month : {"2026-03", "2026-04", "2026-05"}) Finalized(month);
  v1::ListInvoicesRequest request;
  request.set_page_size(2);
  const auto first = handlers_.ListInvoices(viewer_, request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->invoices_size(), 2);
  EXPECT_EQ(first->invoices(0).number(), 3);
  EXPECT_EQ(first->invoices(0).lines_size(), 0);
  request.set_page_token(first->next_page_token());
  const auto second = handlers_.ListInvoices(viewer_, request);
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->invoices_size(), 1);
  EXPECT_EQ(second->invoices(0).number(), 1);
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(InvoiceHandlersTest, ADraftIsOfTheMonthOrPeriodAskedFor) {
  Use(kTenUs);
  EXPECT_EQ(handlers_.GetInvoice(viewer_, Asking("draft"))->total_nanos(), kUse);
  const auto april = handlers_.GetInvoice(viewer_, Asking("draft", "2026-04"));
  ASSERT_TRUE(april.ok()) << april.status();
  EXPECT_EQ(april->status(), v1::INVOICE_STATUS_DRAFT);
  EXPECT_EQ(april->total_nanos(), 0);
  v1::GetInvoiceRequest hour = Asking("draft");
  hour.mutable_start_time()->set_seconds(kTenUs / kSecondUs);
  hour.mutable_end_time()->set_seconds((kTenUs + kHourUs) / kSecondUs);
  EXPECT_EQ(handlers_.GetInvoice(viewer_, hour)->total_nanos(), kUse);
}

TEST_F(InvoiceHandlersTest, EveryFormatIsAFileWithItsType) {
  Use(kTenUs);
  v1::GetInvoiceDocumentRequest request;
  request.set_invoice_id(Finalized("2026-03").id());
  const struct {
    v1::InvoiceFormat format;
    const char *type, *name;
  } cases[] = {
      {v1::INVOICE_FORMAT_CSV, "text/csv; charset=utf-8; header=present",
       "invoice-000001-2026-03-01.csv"},
      {v1::INVOICE_FORMAT_FOCUS, "text/csv; charset=utf-8; header=present",
       "invoice-000001-2026-03-01.focus.csv"},
      {v1::INVOICE_FORMAT_HTML, "text/html; charset=utf-8", "invoice-000001-2026-03-01.html"}};
  for (const auto& [format, type, name] : cases) {
    request.set_format(format);
    const auto document = handlers_.GetInvoiceDocument(viewer_, request);
    ASSERT_TRUE(document.ok()) << document.status();
    EXPECT_EQ(document->content_type(), type);
    EXPECT_EQ(document->file_name(), name);
    EXPECT_FALSE(document->data().empty());
  }
}

TEST_F(InvoiceHandlersTest, BadRequestsAreNamed) {
  Use(kTenUs);
  const std::string id = Finalized("2026-03").id();
  v1::GetInvoiceRequest half = Asking("draft");
  half.mutable_start_time()->set_seconds(kTenUs / kSecondUs);
  v1::GetInvoiceRequest both = half;
  both.mutable_end_time()->set_seconds((kTenUs + kHourUs) / kSecondUs);
  both.set_month("2026-03");
  const struct {
    v1::GetInvoiceRequest request;
    const char* field;
  } cases[] = {{Asking(""), "invoice_id"},
               {Asking("1"), "invoice_id"},
               {Asking(id, "2026-03"), "month"},
               {Asking("draft", "March"), "month"},
               {Asking("draft", "2026-13"), "month"},
               {half, "end_time"},
               {both, "month"}};
  for (const auto& [request, field] : cases) {
    const absl::Status status = handlers_.GetInvoice(viewer_, request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_EQ(std::string(status.message()).find(field), 0) << status;
  }
  v1::GetInvoiceDocumentRequest document;
  document.set_invoice_id(id);
  EXPECT_TRUE(absl::IsInvalidArgument(handlers_.GetInvoiceDocument(viewer_, document).status()));
  v1::FinalizeInvoiceRequest finalize;
  finalize.set_project_id("mine");
  finalize.set_month("2026-03");
  EXPECT_TRUE(absl::IsInvalidArgument(handlers_.FinalizeInvoice(operator_, finalize).status()));
  v1::ListInvoicesRequest list;
  list.set_page_size(1'001);
  EXPECT_TRUE(absl::IsInvalidArgument(handlers_.ListInvoices(viewer_, list).status()));
  list.set_page_size(0);
  list.set_page_token("x");
  EXPECT_TRUE(absl::IsInvalidArgument(handlers_.ListInvoices(viewer_, list).status()));
}

TEST_F(InvoiceHandlersTest, AnotherProjectSeesNothing) {
  Use(kTenUs);
  const std::string id = Finalized("2026-03").id();
  CallContext other = viewer_;
  other.project_id = NewId();
  v1::AuditInvoiceRequest audit;
  audit.set_invoice_id(id);
  EXPECT_TRUE(handlers_.AuditInvoice(viewer_, audit)->differences().empty());
  EXPECT_TRUE(absl::IsNotFound(handlers_.GetInvoice(other, Asking(id)).status()));
  EXPECT_TRUE(absl::IsNotFound(handlers_.AuditInvoice(other, audit).status()));
  EXPECT_EQ(handlers_.ListInvoices(other, {})->invoices_size(), 0);
  EXPECT_EQ(handlers_.GetInvoice(other, Asking("draft"))->total_nanos(), 0);
}

}  // namespace
}  // namespace furnace::metering::rpc
