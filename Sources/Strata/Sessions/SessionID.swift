// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

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

  /// A new id.
  init(_ random: any CacheRandom) {
    let digits = [random.nextSecret(), random.nextSecret()].map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    text = digits.joined()
  }

  /// Dots.
  public var description: String { "••••" }
  /// Nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
