// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Text with a three-letter hint on how to show it.
public struct RESPVerbatimString: Sendable, Hashable {
  /// `txt` for plain text, `mkd` for Markdown.
  public var format: String
  /// The text.
  public var text: [UInt8]

  /// `text` in `format`, which is cut or filled with spaces to three bytes when it is sent.
  public init(format: String = "txt", text: [UInt8]) {
    self.format = format
    self.text = text
  }
}
