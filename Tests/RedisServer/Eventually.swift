// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import ServerProcess
internal import StrataCore
internal import StrataSystem

/// Tries again until it is so, for a minute at most.
public func eventually(_ isSo: () async throws -> Bool) async throws {
  let clock = CacheRuntime.live(reporter: SilentReporter(), disk: false).clock
  let deadline = clock.now + .seconds(60)
  while true {
    do {
      if try await isSo() { return }
      if clock.now >= deadline {
        throw RedisServer.Unavailable(description: "it does not become so")
      }
    } catch {
      if clock.now >= deadline { throw error }
    }
    try await clock.sleep(for: .milliseconds(20))
  }
}
