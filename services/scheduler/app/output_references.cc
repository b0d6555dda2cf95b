#include "services/scheduler/app/output_references.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::scheduler {
namespace {

constexpr std::size_t kMaxPointerBytes = 1024;
constexpr std::string_view kSourceKey = R"("$output")";
constexpr std::string_view kPointerKey = R"("pointer")";

// Goes through valid JSON from left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  bool AtEnd() const { return at_ >= text_.size(); }
  char Next() { return text_[at_++]; }

  // The next character that is no space, if it is `c`.
  bool Take(char c) {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    if (AtEnd() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // The rest of a string whose first quote has been taken, as raw JSON.
  std::string_view String() {
    const std::size_t begin = at_ - 1;
    while (text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    ++at_;
    return text_.substr(begin, at_ - begin);
  }

 private:
  std::string_view text_;
  std::size_t at_;
};

// A reference's members as raw JSON; the pointer may be empty.
struct RawReference {
  std::string_view source;
  std::string_view pointer;
};

// What follows an object's brace, if that is a reference; it is gone through then.
std::optional<RawReference> TakeReference(Scanner& scanner) {
  RawReference raw;
  Scanner ahead = scanner;
  do {
    if (!ahead.Take('"')) return std::nullopt;
    const std::string_view key = ahead.String();
    if (key != kSourceKey && key != kPointerKey) return std::nullopt;
    std::string_view& value = key == kSourceKey ? raw.source : raw.pointer;
    if (!value.empty() || !ahead.Take(':') || !ahead.Take('"')) return std::nullopt;
    value = ahead.String();
  } while (ahead.Take(','));
  if (raw.source.empty() || !ahead.Take('}')) return std::nullopt;
  scanner = ahead;
  return raw;
}

absl::StatusOr<OutputReference> Decode(const RawReference& raw) {
  OutputReference reference;
  FURNACE_ASSIGN_OR_RETURN(reference.source, json::AsString(raw.source));
  if (!raw.pointer.empty()) {
    FURNACE_ASSIGN_OR_RETURN(reference.pointer, json::AsString(raw.pointer));
  }
  const bool fits = reference.pointer.size() <= kMaxPointerBytes;
  if (fits && !absl::IsInvalidArgument(json::At("null", reference.pointer).status())) {
    return reference;
  }
  return Error(absl::StatusCode::kInvalidArgument,
               "input: pointer {}: no JSON pointer of at most {} bytes",
               json::Quote(reference.pointer.substr(0, 40)), kMaxPointerBytes);
}

// What each reference to `record`'s output stands for.
absl::Status Insert(const JobRecord& record, const std::vector<OutputReference>& references,
                    std::vector<std::string>& texts, std::size_t& room) {
  const std::optional<std::string>& output = record.job.output;
  for (std::size_t i = 0; i < references.size(); ++i) {
    if (!output || references[i].source != record.job.id) continue;
    const auto part = json::At(*output, references[i].pointer);
    if (!part.ok()) continue;
    if (part->size() > room) {
      return Error(absl::StatusCode::kOutOfRange,
                   "the input is more than {} bytes with the outputs that it refers to",
                   kMaxAssembledBytes);
    }
    room -= part->size();
    texts[i] = *part;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<OutputReference>> FindReferences(std::string_view input) {
  std::vector<OutputReference> references;
  if (input.find(kSourceKey) == std::string_view::npos) return references;
  Scanner scanner(input);
  while (!scanner.AtEnd()) {
    const std::size_t begin = scanner.at();
    const char c = scanner.Next();
    if (c == '"') scanner.String();
    if (c != '{') continue;
    const std::optional<RawReference> raw = TakeReference(scanner);
    if (!raw) continue;
    FURNACE_ASSIGN_OR_RETURN(OutputReference reference, Decode(*raw));
    reference.begin = begin;
    reference.end = scanner.at();
    references.push_back(std::move(reference));
    if (references.size() <= kMaxReferences) continue;
    return Error(absl::StatusCode::kInvalidArgument, "input: more than {} references to outputs",
                 kMaxReferences);
  }
  return references;
}

absl::Status CheckSources(const std::vector<OutputReference>& references,
                          const std::vector<std::string>& allowed) {
  for (const OutputReference& reference : references) {
    if (std::find(allowed.begin(), allowed.end(), reference.source) != allowed.end()) continue;
    return Error(absl::StatusCode::kInvalidArgument,
                 "input: it refers to the output of {}, which is not in depends_on",
                 json::Quote(reference.source.substr(0, 64)));
  }
  return absl::OkStatus();
}

std::string Replace(std::string_view input, const std::vector<OutputReference>& references,
                    const std::vector<std::string>& texts) {
  std::string replaced;
  std::size_t at = 0;
  for (std::size_t i = 0; i < references.size(); ++i) {
    replaced += input.substr(at, references[i].begin - at);
    replaced += texts[i];
    at = references[i].end;
  }
  replaced += input.substr(at);
  return replaced;
}

// One output at a time, for each may be as large as all of them may be together.
absl::StatusOr<std::string> InsertOutputs(std::string_view input, const std::string& project_id,
                                          JobReader& reader) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<OutputReference> references, FindReferences(input));
  std::set<std::string> sources;
  for (const OutputReference& reference : references) sources.insert(reference.source);
  std::vector<std::string> texts(references.size(), "null");
  std::size_t room = kMaxAssembledBytes - std::min(input.size(), kMaxAssembledBytes);
  for (const std::string& source : sources) {
    const auto record = reader.GetParent(source, project_id);
    if (absl::IsNotFound(record.status())) continue;
    FURNACE_RETURN_IF_ERROR(record.status());
    FURNACE_RETURN_IF_ERROR(Insert(*record, references, texts, room));
  }
  return Replace(input, references, texts);
}

}  // namespace furnace::scheduler
