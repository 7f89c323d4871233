// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension RESPFleet where Node == RESPClient {
  /// Creates a fleet of plain clients; ``open(atMost:)`` connects it.
  public convenience init(_ plan: RESPFleetPlan, runtime: CacheRuntime) throws(RESPClientError) {
    try self.init(plan, runtime: runtime) { (configuration, ear) throws(RESPClientError) in
      try RESPClient(configuration, runtime: runtime, onEvent: ear.hear)
    }
  }

  /// Creates the fleet that a URL names.
  public convenience init(
    _ url: RESPFleetURL, runtime: CacheRuntime
  ) throws(RESPClientError) {
    try self.init(RESPFleetPlan(url), runtime: runtime)
  }
}
