// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Foundation
public import ServerProcess
internal import StrataCore
public import StrataNetwork

/// A real `redis-server` on a free port of this machine, started by a test and ended by its id.
///
/// ```swift
/// let server = try await RedisServer.start()
/// defer { server.stop() }
/// ```
public final class RedisServer: Sendable {
  /// The server cannot be started.
  public typealias Unavailable = ServerUnavailable

  /// How a server is started.
  public struct Options: Sendable {
    /// Arguments after the port, such as `--requirepass`.
    public var arguments: [String] = []
    /// The port, or 0 for a free one.
    public var port = 0
    /// Where to listen beside it, for Unix domain sockets.
    public var socketPath: String?
    /// Whether it speaks TLS on the port and nothing else.
    public var isEncrypted = false
    /// The file that a sentinel keeps its knowledge in; it makes the server one.
    public var configuration: String?

    /// The default options.
    public init() {}
    /// The default options with arguments.
    public init(_ arguments: [String]) { self.arguments = arguments }
  }

  /// The port.
  public let port: Int
  private let options: Options
  /// Where it keeps what it was sent as a replica, so that no other server finds it.
  private let folder: Folder
  private let process = Lock<ServerProcess?>(nil)

  private init(port: Int, options: Options) throws {
    self.port = port
    self.options = options
    folder = try Folder()
  }

  deinit { stop() }

  /// The endpoint.
  public var endpoint: Endpoint { .tcp(host: "127.0.0.1", port: port) }
  /// `redis://127.0.0.1:port`.
  public var url: String { "redis://127.0.0.1:\(port)" }

  /// Starts a server and waits until it accepts connections.
  public static func start(_ options: Options = Options()) async throws -> RedisServer {
    // Another process may take the free port in the moment between; then the next one is tried.
    for _ in 0..<10 {
      let port = options.port == 0 ? try ServerProcess.freePort() : options.port
      let server = try RedisServer(port: port, options: options)
      if try await server.restart() { return server }
      if options.port != 0 { break }
    }
    throw Unavailable(description: "redis-server does not start; run it by hand to see why")
  }

  /// Starts it again on the same port, empty.
  @discardableResult
  public func restart() async throws -> Bool {
    stop()
    folder.remove("dump.rdb")
    let child = try ServerProcess(
      executable: try Self.executable(), arguments: arguments,
      sign: options.configuration == nil ? "eady to accept connections" : "Sentinel ID is")
    process.withLock { $0 = child }
    return await child.untilReady()
  }

  /// Ends it at once, by SIGKILL.
  public func stop() { process.withLock { $0.take() }?.end() }

  /// Stops it in its tracks, so that it is there and does not answer.
  public func freeze() { signal(SIGSTOP) }

  /// Lets it go on.
  public func thaw() { signal(SIGCONT) }

  private func signal(_ number: Int32) {
    process.withLock { child in
      if let child { _ = kill(child.identifier, number) }
    }
  }

  private var arguments: [String] {
    let ports =
      options.isEncrypted
      ? ["--port", "0", "--tls-port", "\(port)"] : ["--port", "\(port)"]
    let socket = options.socketPath.map { ["--unixsocket", $0] } ?? []
    if let file = options.configuration {
      return [file, "--sentinel", "--bind", "127.0.0.1"] + ports + options.arguments
    }
    return ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"]
      + ["--dir", folder.path] + ports + socket + options.arguments
  }

  private static func executable() throws -> String {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
    let found = path.split(separator: ":").map { "\($0)/redis-server" }
      .first(where: FileManager.default.isExecutableFile)
    if let found { return found }
    throw Unavailable(
      description: "redis-server is not installed; run: .ci/prerequisites test "
        + "(or: apt-get install redis-server, brew install redis)")
  }
}
