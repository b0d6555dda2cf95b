#include "services/worker/domain/spool_record.h"

#include <cstdint>
#include <optional>

#include "libs/common/base/status.h"

namespace furnace::worker {
namespace {

constexpr std::string_view kMagic = "FWR3";
// Of records that an agent before this one may have left: without tokens, and without the wait
// and the GPU memory, too.
constexpr std::string_view kMagicWithoutTokens = "FWR2";
constexpr std::string_view kMagicWithoutWait = "FWR1";
constexpr std::size_t kChecksumBytes = 8;

void PutNumber(std::string& bytes, std::uint64_t number, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(number >> (8 * i));
}

std::uint64_t GetNumber(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return number;
}

void PutText(std::string& bytes, std::string_view text) {
  PutNumber(bytes, text.size(), 4);
  bytes += text;
}

// FNV-1a: finds torn and rotten files, which is all that is asked of it.
std::uint64_t Checksum(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

// Reads fields one after another; once one is missing all that follow are empty.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::string_view Bytes(std::size_t size) {
    if (size > bytes_.size()) failed_ = true;
    if (failed_) return {};
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::uint64_t Number(std::size_t size) { return GetNumber(Bytes(size)); }
  std::string Text() { return std::string(Bytes(Number(4))); }
  bool done() const { return !failed_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

std::optional<Cause> ToCause(std::uint64_t number) {
  if (number > static_cast<std::uint64_t>(Cause::kTimeout)) return std::nullopt;
  return static_cast<Cause>(number);
}

}  // namespace

std::string Encode(const SpoolRecord& record) {
  // Without tokens an older agent can read it.
  const bool has_tokens = record.outcome.tokens != 0;
  std::string bytes(has_tokens ? kMagic : kMagicWithoutTokens);
  bytes.reserve(record.outcome.output.size() + record.outcome.error.size() + 256);
  PutText(bytes, record.worker_id);
  PutText(bytes, record.lease.job_id);
  PutNumber(bytes, static_cast<std::uint32_t>(record.lease.epoch), 4);
  PutNumber(bytes, static_cast<std::uint64_t>(record.outcome.cause), 1);
  PutText(bytes, record.outcome.error);
  PutText(bytes, record.outcome.output.view());
  PutNumber(bytes, static_cast<std::uint64_t>(absl::ToInt64Microseconds(record.outcome.waited)), 8);
  PutNumber(bytes, static_cast<std::uint64_t>(record.outcome.gpu_memory_peak_mib), 8);
  if (has_tokens) PutNumber(bytes, static_cast<std::uint64_t>(record.outcome.tokens), 8);
  PutNumber(bytes, Checksum(bytes), kChecksumBytes);
  return bytes;
}

absl::StatusOr<SpoolRecord> Decode(std::string_view bytes) {
  const bool has_tokens = bytes.starts_with(kMagic);
  const bool has_wait = has_tokens || bytes.starts_with(kMagicWithoutTokens);
  if ((!has_wait && !bytes.starts_with(kMagicWithoutWait)) ||
      bytes.size() < kMagic.size() + kChecksumBytes) {
    return absl::DataLossError("not a result file");
  }
  const std::string_view body = bytes.substr(0, bytes.size() - kChecksumBytes);
  if (GetNumber(bytes.substr(body.size())) != Checksum(body)) {
    return absl::DataLossError("the checksum does not match");
  }
  Reader reader(body.substr(kMagic.size()));
  SpoolRecord record;
  record.worker_id = reader.Text();
  record.lease.job_id = reader.Text();
  record.lease.epoch = static_cast<std::int32_t>(reader.Number(4));
  const std::optional<Cause> cause = ToCause(reader.Number(1));
  record.outcome.error = reader.Text();
  record.outcome.output = reader.Text();
  if (has_wait) {
    record.outcome.waited = absl::Microseconds(static_cast<std::int64_t>(reader.Number(8)));
    record.outcome.gpu_memory_peak_mib = static_cast<std::int64_t>(reader.Number(8));
  }
  if (has_tokens) record.outcome.tokens = static_cast<std::int64_t>(reader.Number(8));
  if (!cause || !reader.done()) return absl::DataLossError("fields are malformed");
  record.outcome.cause = *cause;
  return record;
}

std::string SpoolFileName(const LeaseId& lease) {
  return fmt::format("{}.{}.result", lease.job_id, lease.epoch);
}

}  // namespace furnace::worker
