#include "cli/dev/ports.h"

#include <gtest/gtest.h>

#include <set>

namespace furnace::dev {
namespace {

TEST(FixedPortsTest, AreTheDocumentedOnes) {
  const Ports ports = FixedPorts(kDefaultPortBase);
  EXPECT_EQ(ports.gateway_http, 4210);
  EXPECT_EQ(ports.scheduler, 4211);
  EXPECT_EQ(ports.registry, 4212);
  EXPECT_EQ(ports.metering, 4213);
  EXPECT_EQ(ports.gateway_grpc, 4214);
  EXPECT_EQ(ports.gateway_metrics, 4215);
  EXPECT_EQ(ports.metering_metrics, kDefaultPortBase + kFixedPortCount - 1);
  EXPECT_EQ(ports.redis, 0);
}

TEST(FillFreePortsTest, GivesEachOneAPortOfItsOwn) {
  Ports ports;
  ASSERT_TRUE(FillFreePorts(ports).ok());
  const std::set<int> distinct = {ports.gateway_http,      ports.scheduler,
                                  ports.registry,          ports.metering,
                                  ports.gateway_grpc,      ports.gateway_metrics,
                                  ports.scheduler_metrics, ports.registry_metrics,
                                  ports.metering_metrics,  ports.redis,
                                  ports.postgres};
  EXPECT_EQ(distinct.size(), 11U);
  EXPECT_FALSE(distinct.contains(0));
}

TEST(FillFreePortsTest, LeavesThoseThatAreSet) {
  Ports ports = FixedPorts(5000);
  ASSERT_TRUE(FillFreePorts(ports).ok());
  EXPECT_EQ(ports.gateway_http, 5000);
  EXPECT_NE(ports.redis, 0);
}

}  // namespace
}  // namespace furnace::dev
