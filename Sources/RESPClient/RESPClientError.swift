// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

/// Why a command has no result.
///
/// Its text holds neither keys nor values nor secrets; what a server quotes is withheld.
public enum RESPClientError: Error, Sendable, Hashable {
  /// The server answered with an error.
  case server(RESPError)
  /// There is no connection and the last attempt to make one failed: nothing was sent.
  case unavailable(RESPConnectionError?)
  /// As much is outstanding as may be: nothing was sent.
  case overloaded
  /// The deadline passed.
  case timedOut(RESPFate)
  /// The connection ended before the reply came.
  case lost(RESPFate)
  /// The calling task was cancelled.
  case cancelled(RESPFate)
  /// The command asked for one connection, and that is gone: nothing was sent.
  case otherConnection
  /// The client cannot send such a command: nothing was sent.
  case refused(RESPRefusal)
  /// The reply is of a kind that the command does not have.
  case unexpectedReply(RESPKind)
  /// The client is closed: nothing was sent.
  case closed

  /// Whether the command may have run, or may still run, without anybody knowing.
  public var isFateUnknown: Bool {
    switch self {
    case .timedOut(.unknown), .lost(.unknown), .cancelled(.unknown): true
    default: false
    }
  }
}

extension RESPClientError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .server(let error): "the server answered: \(error)"
    case .unavailable(let reason): "no connection\(reason.map { " (\($0))" } ?? "")"
    case .overloaded: "too much is outstanding"
    case .timedOut(let fate): "the deadline passed\(Self.text(fate))"
    case .lost(let fate): "the connection was lost\(Self.text(fate))"
    case .cancelled(let fate): "the call was cancelled\(Self.text(fate))"
    case .otherConnection: "the connection asked for is gone"
    case .refused(let refusal): "the command is refused (\(refusal))"
    case .unexpectedReply(let kind): "the reply is of an unexpected kind (\(kind))"
    case .closed: "the client is closed"
    }
  }

  private static func text(_ fate: RESPFate) -> String {
    fate == .unsent ? "; the command was not sent" : "; whether the command ran is unknown"
  }
}
