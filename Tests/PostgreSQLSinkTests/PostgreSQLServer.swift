// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if PostgreSQL
  import CPostgreSQL
  import Foundation
  import ServerProcess
  import Strata

  /// A real PostgreSQL on a free port and in a folder of its own, started by a test.
  ///
  /// It does not run as root, so a test that does lets it run as the package's own user. Nothing is
  /// synced: a process that is killed loses nothing by that.
  final class PostgreSQLServer: Sendable {
    let port: Int
    private let folder: String
    private let process = Lock<ServerProcess?>(nil)

    private init(port: Int, folder: String) {
      self.port = port
      self.folder = folder
    }

    deinit {
      stop()
      try? FileManager.default.removeItem(atPath: folder)
    }

    var url: String { "postgresql://strata@127.0.0.1:\(port)/postgres" }

    /// Makes a cluster and starts it.
    static func start() async throws -> PostgreSQLServer {
      let folder = "/tmp/strata-pg-\(UUID().uuidString.prefix(8))"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      if getuid() == 0 { try run(["/bin/chown", "postgres", folder]) }
      try run(
        asUser(try tool("initdb")) + [
          "-D", folder + "/data", "-U", "strata", "--auth=trust", "-E", "UTF8", "--no-sync",
        ])
      for _ in 0..<10 {
        let server = PostgreSQLServer(port: try ServerProcess.freePort(), folder: folder)
        if try await server.restart() { return server }
      }
      throw ServerUnavailable(description: "postgres does not start; run it by hand to see why")
    }

    /// Starts it again on the same port, with what it had.
    @discardableResult
    func restart() async throws -> Bool {
      stop()
      let words =
        Self.asUser(try Self.tool("postgres")) + [
          "-D", folder + "/data", "-p", "\(port)", "-c", "listen_addresses=127.0.0.1",
          "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "shared_buffers=16MB",
        ]
      let child = try ServerProcess(executable: words[0], arguments: Array(words.dropFirst()))
      process.withLock { $0 = child }
      return await child.untilReady()
    }

    /// Ends it at once, by SIGKILL.
    func stop() { process.withLock { $0.take() }?.end() }

    /// The rows that a statement gives, columns joined by `|`.
    @discardableResult
    func rows(_ statement: String) -> [String] {
      let connection = PQconnectdb(url)
      defer { PQfinish(connection) }
      let result = PQexec(connection, statement)
      defer { PQclear(result) }
      return (0..<PQntuples(result)).map { row in
        (0..<PQnfields(result)).map { String(cString: PQgetvalue(result, row, $0)) }
          .joined(separator: "|")
      }
    }

    // MARK: Programs

    /// Debian keeps them out of the path, in a folder for each version.
    private static func tool(_ name: String) throws -> String {
      let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql"))
      let debian = (versions ?? []).sorted().reversed().map { "/usr/lib/postgresql/\($0)/bin" }
      let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
      let found = (debian + path.split(separator: ":").map(String.init)).map { "\($0)/\(name)" }
        .first(where: FileManager.default.isExecutableFile)
      if let found { return found }
      throw ServerUnavailable(
        description: "\(name) is not installed; run: .ci/prerequisites test "
          + "(or: apt-get install postgresql, brew install postgresql)")
    }

    private static func asUser(_ tool: String) -> [String] {
      guard getuid() == 0 else { return [tool] }
      return [
        "/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", tool,
      ]
    }

    private static func run(_ words: [String]) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: words[0])
      process.arguments = Array(words.dropFirst())
      process.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        throw ServerUnavailable(
          description: "\(words.joined(separator: " ")) ended with \(process.terminationStatus)")
      }
    }
  }
#endif
