// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESPStore
import RedisServer
import StrataCore
import StrataNetwork
import StrataSystem
import StrataTesting
import Testing

/// A live runtime with sockets of its own.
final class World: Sendable {
  let network = SocketNetwork()
  let reporter: RecordingReporter
  let runtime: CacheRuntime

  init() {
    let reporter = RecordingReporter()
    self.reporter = reporter
    runtime = CacheRuntime.live(reporter: reporter, network: network, disk: false)
  }

  deinit { network.shutDown() }

  func key(_ text: String) -> CacheKey { CacheKey(bytes: Array(text.utf8), seed: runtime.hashSeed) }

  /// A store from options as they stand in YAML.
  func store(_ options: [String: String], name: String = "redis") throws -> RESPStore {
    try RESPStore(
      options: StoreOptions(name: name, block: .written(options)), runtime: runtime)
  }

  /// A write of `text` that lives for `time`.
  func write(
    _ key: String, _ text: String, for time: Duration = .seconds(60), version: Version? = nil,
    lease: Lease? = nil
  ) -> StoreWrite {
    StoreWrite(
      key: self.key(key), content: .sealed(Array(text.utf8)), expiresAt: runtime.now + time,
      version: version, lease: lease)
  }
}

extension StoreRead {
  /// The version of a fill, which must be there.
  var fill: Version { get throws { try #require(fillVersion) } }

  /// The envelope as text.
  var text: String? {
    if case .sealed(let bytes) = content { String(decoding: bytes, as: UTF8.self) } else { nil }
  }
}
