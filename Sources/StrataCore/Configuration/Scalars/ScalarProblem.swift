// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Why a scalar of a configuration is not what an option expects.
///
/// The parts are kept apart because a value that came from an environment variable must not be
/// repeated: ``message(for:)`` then leaves out the advice, which may quote it.
public struct ScalarProblem: Error, Hashable, Sendable {
  /// What is wrong, as the end of a sentence that begins with the value: `has no unit`.
  ///
  /// It never repeats any part of the value.
  public var complaint: String
  /// What to write, worked out from the value: `write 5s or 5ms`.
  public var advice: String?
  /// What to write, whatever was given: `write a duration such as 5m or 50ms`.
  public var expected: String

  /// Creates a problem.
  public init(_ complaint: String, advice: String? = nil, expected: String) {
    self.complaint = complaint
    self.advice = advice
    self.expected = expected
  }

  /// The message about `node`: `"5" has no unit; write 5s or 5ms`.
  public func message(for node: ConfigNode) -> String {
    "\(node.shown) \(complaint); \(node.isFromEnvironment ? expected : advice ?? expected)"
  }

  /// The text as a message shows it: in quotes, on one line, cut to 60 characters.
  public static func quoted(_ text: String) -> String { "\"\(printable(text))\"" }

  /// The text on one line, without characters that cannot be seen, cut to `limit` characters.
  public static func printable(_ text: some StringProtocol, limit: Int = 60) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(limit + 1) {
      shown.append(isPrintable(scalar) ? scalar : "\u{FFFD}")
    }
    return shown.count > limit ? "\(String(shown.prefix(limit - 3)))..." : String(shown)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate: false
    default: true
    }
  }
}
