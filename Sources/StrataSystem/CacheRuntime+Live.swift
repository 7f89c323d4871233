// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension CacheRuntime {
  /// A runtime on the real machine: its clock, random source, tasks and disk.
  ///
  /// - Parameters:
  ///   - reporter: Where diagnostics go; one line each to the standard error where it is `nil`.
  ///   - network: The sockets, or `nil` where the process may not touch a network.
  ///   - disk: Whether the process may touch files.
  public static func live(
    reporter: (any CacheReporter)? = nil, network: (any NetworkDoor)? = nil, disk: Bool = true
  ) -> CacheRuntime {
    let clock = SystemClock()
    return CacheRuntime(
      clock: clock, random: SystemRandom(), tasks: SystemTasks(),
      disk: disk ? SystemDisk() : nil, network: network,
      reporter: reporter ?? StandardErrorReporter(clock: clock))
  }
}
