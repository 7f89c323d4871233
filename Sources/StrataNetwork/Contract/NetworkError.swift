// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Why a connection failed or never came to be.
public struct NetworkError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failure that callers tell apart.
  public enum Code: String, Hashable, Sendable {
    /// Nobody listens there.
    case refused
    /// There is no way there.
    case unreachable
    /// The name has no address.
    case unknownHost
    /// It took longer than allowed.
    case timedOut
    /// The peer cut the connection.
    case reset
    /// This side closed the connection, or its loop ended.
    case closed
    /// The waiting task was cancelled.
    case cancelled
    /// More bytes wait to be sent than allowed.
    case overflow
    /// The certificate or the handshake was not acceptable, or the stream was tampered with.
    case untrusted
    /// The address is taken or not this machine's.
    case addressUnavailable
    /// The process may not.
    case denied
    /// Too many files are open.
    case tooManyFiles
    /// This build or this network cannot do it.
    case unsupported
    /// Anything else.
    case failed
  }

  /// The kind of failure.
  public var code: Code
  /// What was tried: `connect`, `read`, `handshake`.
  public var operation: String
  /// More about it, for people; no payload and no secret.
  public var detail: String
  /// The system's error number, 0 where there is none.
  public var number: Int32

  /// Creates an error.
  public init(_ code: Code, operation: String, detail: String = "", number: Int32 = 0) {
    self.code = code
    self.operation = operation
    self.detail = detail
    self.number = number
  }

  /// What failed and why.
  public var description: String {
    let more = detail.isEmpty ? "" : ", \(detail)"
    let suffix = number == 0 ? "" : " (errno \(number))"
    return "\(operation): \(code.rawValue)\(more)\(suffix)"
  }
}
