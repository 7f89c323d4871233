// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import StrataCore

/// A real primary with a copy, and sentinels that watch them, on free ports of this machine.
public final class RedisSentinels: Sendable {
  /// The name that the sentinels know the primary by.
  public static let name = "main"

  /// The primary at the beginning.
  public let primary: RedisServer
  /// Its copies at the beginning.
  public let replicas: [RedisServer]
  /// Those that watch.
  public let sentinels: [RedisServer]
  private let folder: Folder

  private init(
    _ primary: RedisServer, _ replicas: [RedisServer], _ sentinels: [RedisServer], _ folder: Folder
  ) {
    (self.primary, self.replicas, self.sentinels) = (primary, replicas, sentinels)
    self.folder = folder
  }

  /// `redis+sentinel://` with all sentinels.
  public var url: String {
    let places = sentinels.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
    return "redis+sentinel://\(places)/\(Self.name)"
  }

  /// Starts everything, and waits until the sentinels know the copies and each other.
  ///
  /// - Parameter downAfter: after how many milliseconds of silence a server is taken for gone.
  public static func start(
    sentinels: Int = 3, replicas: Int = 1, downAfter: Int = 1_000
  ) async throws -> RedisSentinels {
    let folder = try Folder()
    let primary = try await RedisServer.start(.init(["--dir", folder.path]))
    var copies: [RedisServer] = []
    for _ in 0..<replicas {
      copies.append(
        try await RedisServer.start(
          .init(["--dir", folder.path, "--replicaof", "127.0.0.1", "\(primary.port)"])))
    }
    for copy in copies { try await copy.wait(for: ["ROLE"]) { $0[3]?.string == "connected" } }
    var watching: [RedisServer] = []
    for number in 0..<sentinels {
      var options = RedisServer.Options()
      options.configuration = try folder.write(
        """
        sentinel monitor \(name) 127.0.0.1 \(primary.port) \(sentinels / 2 + 1)
        sentinel down-after-milliseconds \(name) \(downAfter)
        sentinel failover-timeout \(name) 5000
        dir \(folder.path)

        """, to: "sentinel-\(number).conf")
      watching.append(try await RedisServer.start(options))
    }
    let all = RedisSentinels(primary, copies, watching, folder)
    try await all.agree()
    return all
  }

  /// Ends every server.
  public func stop() { for server in sentinels + replicas + [primary] { server.stop() } }

  private func agree() async throws {
    for sentinel in sentinels {
      try await sentinel.wait(for: ["SENTINEL", "MASTER", Self.name]) { answer in
        answer["num-other-sentinels"]?.integer == Int64(sentinels.count - 1)
          && answer["num-slaves"]?.integer == Int64(replicas.count)
      }
    }
  }
}
