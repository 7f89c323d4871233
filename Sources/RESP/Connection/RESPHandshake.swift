// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The conversation before the first command, one step at a time.
///
/// With RESP3 it is one `HELLO 3` with the credentials and the name in it, and a `SELECT` when a
/// database was chosen. A server that does not know `HELLO` or RESP3 is then spoken to in RESP2: `AUTH`,
/// `CLIENT SETNAME` (whose refusal is of no consequence) and `SELECT`.
struct RESPHandshake {
  enum Outcome {
    /// The next step has been written.
    case underWay
    case done
    case failed(RESPConnectionError)
  }

  private enum Step {
    case hello
    case authenticate
    case name
    case select
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

  /// Writes the first step; done at once when there is nothing to say.
  mutating func begin(_ writer: inout RESPWriter) -> Outcome {
    // Room for all steps, so that no smaller block with a password in it is left behind.
    let secret =
      (session.credentials?.password.utf8.count ?? 0) + (session.clientName?.utf8.count ?? 0)
    _ = writer.buffer.reserve(2 * secret + 1024)
    guard session.version == .resp3 else { return authenticate(&writer) }
    hello(&writer)
    return .underWay
  }

  /// Takes the server's answer to the step before and writes the next one.
  mutating func receive(_ frame: borrowing RESPFrame, _ writer: inout RESPWriter) -> Outcome {
    switch step {
    case .hello: return receiveHello(frame, &writer)
    case .authenticate:
      guard !frame.isError else { return .failed(Self.refusal(frame)) }
      return frame.isOK ? name(&writer) : .failed(.unexpectedFrame(code: nil))
    case .name: return select(&writer)
    case .select:
      guard !frame.isError else { return .failed(Self.refusal(frame)) }
      return frame.isOK ? .done : .failed(.unexpectedFrame(code: nil))
    }
  }

  private mutating func receiveHello(
    _ frame: borrowing RESPFrame, _ writer: inout RESPWriter
  ) -> Outcome {
    if let error = frame.error {
      return Self.knowsNoRESP3(error) ? authenticate(&writer) : .failed(Self.refusal(frame))
    }
    guard frame.kind == .map || frame.kind == .array else {
      return .failed(.unexpectedFrame(code: nil))
    }
    let hello = frame.value()
    version = hello["proto"]?.integer == 3 ? .resp3 : .resp2
    server = RESPServer(hello)
    return select(&writer)
  }

  private static func knowsNoRESP3(_ error: RESPError) -> Bool {
    error.code == "NOPROTO" || error.message.lowercased().hasPrefix("err unknown command")
  }

  private static func refusal(_ frame: borrowing RESPFrame) -> RESPConnectionError {
    let message = frame.error?.message ?? ""
    switch RESPConnectionError.code(of: frame) {
    case "NOAUTH": return .authenticationRequired
    case "WRONGPASS": return .authenticationFailed
    case "ERR" where message.hasPrefix("ERR invalid password"): return .authenticationFailed
    case let code: return .handshakeRejected(code: code ?? "unknown")
    }
  }
}

/// The steps.
extension RESPHandshake {
  private mutating func hello(_ writer: inout RESPWriter) {
    step = .hello
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

  private mutating func authenticate(_ writer: inout RESPWriter) -> Outcome {
    guard let credentials = session.credentials else { return name(&writer) }
    step = .authenticate
    if let user = credentials.user {
      writer.command("AUTH", user, credentials.password)
    } else {
      writer.command("AUTH", credentials.password)
    }
    return .underWay
  }

  private mutating func name(_ writer: inout RESPWriter) -> Outcome {
    guard let name = session.acceptableName else { return select(&writer) }
    step = .name
    writer.command("CLIENT", "SETNAME", name)
    return .underWay
  }

  private mutating func select(_ writer: inout RESPWriter) -> Outcome {
    guard session.database != 0 else { return .done }
    step = .select
    writer.command("SELECT", session.database)
    return .underWay
  }
}
