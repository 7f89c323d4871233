// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// An error that the server answered with.
///
/// Its description withholds whatever the server quotes, because servers quote the arguments of the
/// failed command: an old one that does not know `HELLO` answers with the password it was given.
public struct RESPError: Error, Sendable, Hashable {
  /// The whole message as the server wrote it; may repeat arguments, so it is not for logs.
  public let message: String

  /// An error with `message`, which begins with its code.
  public init(message: String) {
    self.message = message
  }

  /// The first word, in capitals by custom: `ERR`, `WRONGTYPE`, `MOVED`, `NOAUTH` …
  public var code: String {
    String(message.prefix { $0 != " " })
  }

  /// What follows the code.
  public var detail: String {
    String(message.dropFirst(code.count + 1))
  }

  /// How the error travels: one with line breaks, or a long one, only fits the bulk form.
  var kind: RESPKind {
    let fits = message.utf8.count <= 1024 && !message.utf8.contains { $0 == 0x0D || $0 == 0x0A }
    return fits ? .simpleError : .bulkError
  }
}

extension RESPError: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The message up to the first quotation mark or control character, at most 120 bytes of it.
  public var description: String {
    let safe = message.utf8.prefix(120).prefix { byte in
      byte >= 0x20 && byte != UInt8(ascii: "'") && byte != UInt8(ascii: "`") && byte != 0x22
    }
    let text = String(decoding: safe, as: UTF8.self)
    return safe.count == message.utf8.count ? text : text + "…"
  }

  /// The same as `description`.
  public var debugDescription: String { description }

  /// Shows the description only.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
