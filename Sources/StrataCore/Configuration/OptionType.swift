// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How an option's value is read from a configuration, and what may stand there.
public struct OptionType<Value: Sendable>: Sendable {
  /// What may stand there, as data.
  public let shape: OptionShape
  /// Reads the value, or says what is wrong with it.
  public let read: @Sendable (ConfigNode) -> Result<Value, ScalarProblem>
  /// The value as it would be written; what `explain` shows for a default.
  public let show: @Sendable (Value) -> String

  /// Creates a type of option.
  public init(
    _ shape: OptionShape, show: @escaping @Sendable (Value) -> String,
    read: @escaping @Sendable (ConfigNode) -> Result<Value, ScalarProblem>
  ) {
    self.shape = shape
    self.read = read
    self.show = show
  }

  /// A scalar read by `parse`; everything else is refused with `expected`.
  static func scalar(
    _ shape: OptionShape, expected: String, show: @escaping @Sendable (Value) -> String,
    _ parse: @escaping @Sendable (String) -> Result<Value, ScalarProblem>
  ) -> OptionType {
    OptionType(shape, show: show) { node in
      guard case .scalar(let text, _) = node.value else {
        let complaint =
          if case .null = node.value { "is written here" } else { "does not fit here" }
        return .failure(ScalarProblem(complaint, expected: expected))
      }
      return parse(text)
    }
  }
}

extension OptionType where Value == Duration {
  /// A duration with its unit: `5m`, `50ms`, `1h30m`.
  public static var duration: OptionType {
    scalar(
      .duration, expected: DurationText.expected, show: DurationText.text(for:),
      DurationText.parse)
  }
}

extension OptionType where Value == Int {
  /// A size in bytes with its unit: `64KiB`, `256MiB`.
  public static var size: OptionType {
    scalar(.size, expected: SizeText.expected, show: SizeText.text(for:), SizeText.parse)
  }

  /// A whole number in `range`.
  public static func integer(_ range: ClosedRange<Int> = 0...Int.max) -> OptionType {
    scalar(.integer(range), expected: IntegerText.expected(in: range), show: { "\($0)" }) {
      IntegerText.parse($0, in: range)
    }
  }
}

extension OptionType where Value == Fraction {
  /// A percentage such as `10%`, or a fraction such as `0.1`.
  public static var fraction: OptionType {
    scalar(
      .fraction, expected: FractionText.expected, show: { $0.description }, FractionText.parse)
  }
}

extension OptionType where Value == Bool {
  /// `true` or `false`.
  public static var boolean: OptionType {
    scalar(.boolean, expected: BooleanText.expected, show: { "\($0)" }, BooleanText.parse)
  }
}

extension OptionType where Value == String {
  /// Any text.
  public static var text: OptionType {
    scalar(.text, expected: "write a text", show: { $0 }) { .success($0) }
  }

  /// Text that no message ever shows.
  public static var secret: OptionType {
    scalar(.secret, expected: "write a text", show: { _ in "(secret)" }) { .success($0) }
  }

  /// The name of a store of the same file.
  public static var store: OptionType {
    scalar(.store, expected: "write the name of a store", show: { $0 }) { .success($0) }
  }

  /// The name of a sink, which is a store of the same file or was registered by the program.
  public static var sink: OptionType {
    scalar(.sink, expected: "write the name of a sink", show: { $0 }) { .success($0) }
  }
}

extension OptionType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the words of an enumeration.
  public static var choice: OptionType {
    let words = Value.allCases.map(\.rawValue)
    return scalar(.choice(words), expected: WordText.expected(among: words), show: { $0.rawValue })
    {
      WordText.parse($0, among: words).flatMap { word in
        if let value = Value(rawValue: word) { return .success(value) }
        return .failure(ScalarProblem("is unknown", expected: WordText.expected(among: words)))
      }
    }
  }
}

extension OptionType where Value == ConfigNode {
  /// Anything; the plugin reads it on its own.
  public static var node: OptionType {
    OptionType(.any, show: { $0.shown }) { .success($0) }
  }
}

extension OptionType {
  /// A list of what `element` reads.
  public static func list<Element: Sendable>(
    _ element: OptionType<Element>
  ) -> OptionType where Value == [Element] {
    OptionType(
      .list(element.shape), show: { "[\($0.map(element.show).joined(separator: ", "))]" }
    ) { node in
      guard case .list(let items) = node.value else {
        return .failure(ScalarProblem("is no list", expected: "write a list: [a, b]"))
      }
      var values: [Element] = []
      for item in items {
        switch element.read(item) {
        case .success(let value): values.append(value)
        case .failure(let problem): return .failure(problem)
        }
      }
      return .success(values)
    }
  }
}

extension OptionType {
  /// What `wrapped` reads, or nothing: `null`, and the default of an option that may be left out.
  public static func optional<Wrapped: Sendable>(
    _ wrapped: OptionType<Wrapped>
  ) -> OptionType where Value == Wrapped? {
    OptionType(wrapped.shape, show: { $0.map(wrapped.show) ?? "none" }) { node in
      if case .null = node.value { return .success(nil) }
      return wrapped.read(node).map { Optional($0) }
    }
  }
}
