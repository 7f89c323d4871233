// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Foundation
internal import ServerProcess
internal import StrataCore

/// The servers that `.ci/redis` starts: what the pages tell people to try a configuration with.
public final class RedisArrangement: Sendable {
  /// The first of its ports.
  public let port: Int
  /// A folder of its own, for the files of `tls`.
  public var path: String { folder.path }
  private let folder: Folder
  private let process: ServerProcess

  private init(port: Int, folder: Folder, process: ServerProcess) {
    (self.port, self.folder, self.process) = (port, folder, process)
  }

  /// Runs the command and waits until it says that the servers are ready.
  ///
  /// - Parameter kind: its first word: `plain`, `cluster`, `sentinel` or `tls`.
  public static func start(_ kind: String) async throws -> RedisArrangement {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder = try Folder()
    // Ports next to the free one may be taken; then the next ones are tried.
    for _ in 0..<10 {
      let port = min(try ServerProcess.freePort(), 65_000)
      let child = try ServerProcess(
        executable: "/usr/bin/env",
        arguments: [
          "REDIS_TLS=\(folder.path)", root.appendingPathComponent(".ci/redis").path, kind,
          "\(port)",
        ], sign: "ready\n")
      if await child.untilReady() {
        return RedisArrangement(port: port, folder: folder, process: child)
      }
      child.end()
    }
    throw RedisServer.Unavailable(description: ".ci/redis \(kind) does not start its servers")
  }

  /// Ends the command, and with it the servers.
  public func stop() { process.end(SIGTERM) }
}
