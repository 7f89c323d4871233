// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What an option may hold, as data: the JSON Schema and `strata explain` are made from it.
public indirect enum OptionShape: Sendable {
  /// A duration with its unit.
  case duration
  /// A size in bytes with its unit.
  case size
  /// A percentage or fraction between 0 and 1.
  case fraction
  /// A whole number in a range.
  case integer(ClosedRange<Int>)
  /// `true` or `false`.
  case boolean
  /// Any text.
  case text
  /// Text that no message ever shows.
  case secret
  /// One of these words.
  case choice([String])
  /// The name of a store of the same file.
  case store
  /// The name of a sink: a store of the same file that is one, or one registered by the program.
  case sink
  /// A list.
  case list(OptionShape)
  /// A map from any name to this.
  case map(OptionShape)
  /// Either of two forms.
  case either(OptionShape, OptionShape)
  /// Anything; the plugin reads it on its own.
  case any
}

extension OptionShape {
  /// Whether the name of a store may stand there.
  var namesStore: Bool {
    switch self {
    case .store, .sink: true
    default: false
    }
  }

  /// Whether a message may not show what stands there.
  var isSecret: Bool {
    switch self {
    case .secret: true
    case .list(let element), .map(let element): element.isSecret
    case .either(let one, let other): one.isSecret || other.isSecret
    default: false
    }
  }
}
