// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The id of a session: 32 hexadecimal digits that nobody can guess.
///
/// It is a secret of its user: whoever has it has the session. It prints as dots, so that it gets
/// into no log; the text is for the cookie.
public struct SessionID: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  /// The digits.
  public let text: String

  /// Reads an id as it came from a user; `nil` for what is none.
  public init?(_ text: String) {
    let isHex = text.utf8.allSatisfy { ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) }
    guard text.utf8.count == 32, isHex else { return nil }
    self.text = text
  }

  private init(unchecked text: String) { self.text = text }

  /// A new id, from the system's generator for secrets: the runtime's is none, and a simulation
  /// must not make the ids of real users guessable.
  static func random() -> SessionID {
    var system = SystemRandomNumberGenerator()
    let words = [system.next(), system.next()]
    let digits = words.map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    return SessionID(unchecked: digits.joined())
  }

  /// Dots.
  public var description: String { "••••" }
  /// Nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
