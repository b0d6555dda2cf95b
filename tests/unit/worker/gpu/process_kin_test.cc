#include "services/worker/gpu/process_kin.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace furnace::worker {
namespace {

using Kin = GpuProcess::Kin;

// A process that only waits, in a group of its own if asked for; killed in the end.
class Child {
 public:
  explicit Child(bool own_group) : pid_(fork()) {
    if (pid_ == 0) {
      for (;;) pause();
    }
    if (own_group) setpgid(pid_, pid_);
  }
  ~Child() { End(); }
  void End() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    ended_ = pid_;
    pid_ = -1;
  }
  pid_t pid() const { return pid_ > 0 ? pid_ : ended_; }

 private:
  pid_t pid_;
  pid_t ended_ = -1;
};

TEST(ProcessKinTest, TheHandlerIsItself) {
  const Child handler(true);
  EXPECT_EQ(KinOf(handler.pid(), handler.pid()), Kin::kHandler);
}

TEST(ProcessKinTest, ADescendantInAnotherGroupIsTheHandlers) {
  const Child child(true);
  EXPECT_EQ(KinOf(child.pid(), getpid()), Kin::kHandler);
}

TEST(ProcessKinTest, AParentOrASiblingIsNot) {
  const Child handler(true);
  const Child sibling(true);
  EXPECT_EQ(KinOf(sibling.pid(), handler.pid()), Kin::kOther);
  EXPECT_EQ(KinOf(getpid(), handler.pid()), Kin::kOther);
}

TEST(ProcessKinTest, WithoutAHandlerNobodyIs) {
  EXPECT_EQ(KinOf(getpid(), -1), Kin::kOther);
  EXPECT_EQ(KinOf(getpid(), 0), Kin::kOther);
}

TEST(ProcessKinTest, AProcessThatIsNotThereIsUnknown) {
  Child gone(true);
  gone.End();
  EXPECT_EQ(KinOf(gone.pid(), getpid()), Kin::kUnknown);
  EXPECT_EQ(KinOf(-1, getpid()), Kin::kUnknown);
}

}  // namespace
}  // namespace furnace::worker
