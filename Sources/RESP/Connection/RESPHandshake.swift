// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The conversation before the first command, one step at a time.
///
/// With RESP3 it is one `HELLO 3` with the credentials and the name in it, and a `SELECT` when a
/// database was chosen. A server that does not know `HELLO` or RESP3 is then spoken to in RESP2:
/// `AUTH`, `CLIENT SETNAME` (whose refusal is of no consequence) and `SELECT`, or a `PING` when
/// neither a password nor a database would show whether the server lets this client in.
struct RESPHandshake {
  enum Outcome {
    /// The next step has been written.
    case underWay
    case done
    case failed(RESPConnectionError)
  }

  private enum Step: CaseIterable {
    case hello
    case authenticate
    case name
    case select
    case ping
  }

  private let session: RESPSession
  private var step = Step.hello

  /// The version agreed on, as far as is known.
  private(set) var version = RESPVersion.resp2
  /// What the server told about itself.
  private(set) var server: RESPServer?

  init(_ session: RESPSession) {
    self.session = session
  }

  /// Writes the first step.
  mutating func begin(_ writer: inout RESPWriter) {
    // Room for all steps, so that no smaller block with a password in it is left behind.
    let lengths = [session.credentials?.password, session.credentials?.user, session.clientName]
    _ = writer.buffer.reserve(2 * lengths.reduce(0) { $0 + ($1?.utf8.count ?? 0) } + 1024)
    if session.version == .resp3 {
      writeHello(&writer)
    } else {
      _ = proceed(after: .hello, &writer)
    }
  }

  /// Takes the server's answer to the step before and writes the next one.
  mutating func receive(_ frame: borrowing RESPFrame, _ writer: inout RESPWriter) -> Outcome {
    let code = RESPConnectionError.code(of: frame)
    switch step {
    case .hello: return receiveHello(frame, &writer)
    case .authenticate where code == "ERR": return .failed(.authenticationFailed)
    case .name: return proceed(after: .name, &writer)
    case .ping where frame.holds("PONG") || code == "NOPERM": return .done
    case .authenticate, .select, .ping: break
    }
    guard !frame.isError else { return .failed(Self.refusal(frame)) }
    guard frame.isOK, step != .ping else { return .failed(.unexpectedFrame(code: nil)) }
    return proceed(after: step, &writer)
  }

  private mutating func receiveHello(
    _ frame: borrowing RESPFrame, _ writer: inout RESPWriter
  ) -> Outcome {
    if let error = frame.error {
      guard Self.knowsNoRESP3(error) else { return .failed(Self.refusal(frame)) }
      return proceed(after: .hello, &writer)
    }
    guard frame.kind == .map || frame.kind == .array else {
      return .failed(.unexpectedFrame(code: nil))
    }
    let hello = frame.value()
    version = hello["proto"]?.integer == 3 ? .resp3 : .resp2
    server = RESPServer(hello)
    return proceed(after: .name, &writer)
  }

  private static func knowsNoRESP3(_ error: RESPError) -> Bool {
    error.code == "NOPROTO" || error.message.lowercased().hasPrefix("err unknown command")
  }

  private static func refusal(_ frame: borrowing RESPFrame) -> RESPConnectionError {
    switch RESPConnectionError.code(of: frame) {
    case "NOAUTH": return .authenticationRequired
    case "WRONGPASS": return .authenticationFailed
    case let code: return .handshakeRejected(code: code ?? "unknown")
    }
  }
}

/// The steps.
extension RESPHandshake {
  /// Writes the next step that has something to say.
  private mutating func proceed(after last: Step, _ writer: inout RESPWriter) -> Outcome {
    for next in Step.allCases.drop(while: { $0 != last }).dropFirst() where isNeeded(next) {
      step = next
      write(next, &writer)
      return .underWay
    }
    return .done
  }

  private func isNeeded(_ step: Step) -> Bool {
    switch step {
    case .hello: false
    case .authenticate: session.credentials != nil
    case .name: session.acceptableName != nil
    case .select: session.database != 0
    case .ping: server == nil && session.credentials == nil && session.database == 0
    }
  }

  private func write(_ step: Step, _ writer: inout RESPWriter) {
    switch step {
    case .hello: writeHello(&writer)
    case .authenticate: writeAuthentication(&writer)
    case .name: writer.command("CLIENT", "SETNAME", session.acceptableName ?? [])
    case .select: writer.command("SELECT", session.database)
    case .ping: writer.command("PING")
    }
  }

  private func writeHello(_ writer: inout RESPWriter) {
    let (credentials, name) = (session.credentials, session.acceptableName)
    writer.command("HELLO", arguments: 1 + (credentials == nil ? 0 : 3) + (name == nil ? 0 : 2))
    writer.argument("3" as StaticString)
    if let credentials {
      writer.argument("AUTH" as StaticString)
      writer.argument(credentials.user ?? "default")
      writer.argument(credentials.password)
    }
    if let name {
      writer.argument("SETNAME" as StaticString)
      writer.argument(name)
    }
  }

  private func writeAuthentication(_ writer: inout RESPWriter) {
    guard let credentials = session.credentials else { return }
    if let user = credentials.user {
      writer.command("AUTH", user, credentials.password)
    } else {
      writer.command("AUTH", credentials.password)
    }
  }
}
