// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One line on the terminal that fills as work is done; nothing where nobody looks.
///
/// Drawn on the error stream, so that the output can go into a file.
struct ProgressBar {
  private static let width = 30

  private let console: Console
  private let label: String

  init(_ console: Console, _ label: String) {
    self.console = console
    self.label = label
  }

  /// Draws the line anew.
  func show(_ done: Int, of all: Int) {
    guard console.isWatched, all > 0 else { return }
    let full = Self.width * done / all
    let bar =
      String(repeating: "█", count: full) + String(repeating: "░", count: Self.width - full)
    console.printErrorRaw("\r\u{1B}[K\(label) \(bar) \(done)/\(all)")
  }

  /// Takes the line away.
  func clear() {
    if console.isWatched { console.printErrorRaw("\r\u{1B}[K") }
  }
}
