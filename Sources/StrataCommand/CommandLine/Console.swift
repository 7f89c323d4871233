// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataSystem

/// Where a command writes: the terminal, a pipe, a test's list.
struct Console: Sendable {
  /// Whether somebody looks at it: colours and redrawing make sense.
  let isTerminal: Bool
  /// Whether somebody looks at the error stream, where progress is drawn.
  let isWatched: Bool
  private let write: @Sendable (String) -> Void
  private let writeError: @Sendable (String) -> Void

  init(
    isTerminal: Bool, isWatched: Bool = false, write: @escaping @Sendable (String) -> Void,
    writeError: @escaping @Sendable (String) -> Void
  ) {
    self.isTerminal = isTerminal
    self.isWatched = isWatched
    self.write = write
    self.writeError = writeError
  }

  /// The process's own output.
  static let standard = Console(
    isTerminal: StandardStreams.isTerminal, isWatched: StandardStreams.isErrorTerminal,
    write: StandardStreams.write, writeError: StandardStreams.writeError)

  /// Prints a line.
  func print(_ text: String = "") { write(text + "\n") }

  /// Prints text as it is.
  func printRaw(_ text: String) { write(text) }

  /// Prints a line to the error stream.
  func complain(_ text: String) { writeError(text + "\n") }

  /// Prints text to the error stream as it is.
  func printErrorRaw(_ text: String) { writeError(text) }

  /// Sends out what is buffered.
  func flush() { StandardStreams.flush() }

  /// The text in a style, where somebody looks.
  func styled(_ text: String, _ style: TextStyle) -> String {
    isTerminal ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// How text stands out on a terminal.
enum TextStyle: String {
  case bold = "1"
  case dim = "2"
  case red = "31"
  case green = "32"
  case yellow = "33"
  case cyan = "36"
}
