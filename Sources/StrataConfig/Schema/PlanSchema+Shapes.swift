// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension PlanSchema {
  /// What may stand where an option has this shape.
  func schema(of shape: OptionShape) -> JSONValue {
    switch shape {
    case .duration: Self.reference("duration")
    case .size: Self.reference("size")
    case .fraction: Self.reference("fraction")
    case .integer(let range): Self.integer(range)
    case .boolean: Self.anyOf([Self.type("boolean"), Self.reference("variable")])
    case .text, .secret, .store, .sink: text
    case .choice(let words): Self.choice(words)
    case .list(let element): Self.array(of: schema(of: element))
    case .map(let element):
      .object([("type", .string("object")), ("additionalProperties", schema(of: element))])
    case .either(let one, let other): Self.anyOf([schema(of: one), schema(of: other)])
    case .any: .object([])
    }
  }

  /// An option with what it does and its default. One without a default may hold nothing.
  func property(_ option: any OptionDeclaration, _ schema: JSONValue) -> JSONValue {
    let mayBeNothing = option.shownDefault == "none"
    let schema = mayBeNothing ? Self.anyOf([schema, Self.null]) : schema
    return described(option.summary, schema, default: defaultValue(of: option))
  }

  /// Draft 7 overlooks what stands beside a reference, so that is wrapped.
  func described(
    _ summary: String, _ schema: JSONValue, default value: JSONValue? = nil
  ) -> JSONValue {
    let isReference = schema.members.first?.0 == "$ref"
    let members = isReference ? [("allOf", JSONValue.array([schema]))] : schema.members
    return described(summary, members, default: value)
  }

  func described(
    _ summary: String, _ members: [(String, JSONValue)], default value: JSONValue? = nil
  ) -> JSONValue {
    .object(
      [("description", .string(summary))] + (value.map { [("default", $0)] } ?? []) + members)
  }

  private func defaultValue(of option: any OptionDeclaration) -> JSONValue? {
    guard let shown = option.shownDefault else { return nil }
    switch option.shape {
    case .integer: return Int(shown).map { .integer($0) }
    case .boolean: return .boolean(shown == "true")
    case .duration: return DurationText.parse(shown).isSuccess ? .string(shown) : nil
    case .size: return SizeText.parse(shown).isSuccess ? .string(shown) : nil
    case .fraction: return FractionText.parse(shown).isSuccess ? .string(shown) : nil
    case .choice(let words): return words.contains(shown) ? .string(shown) : nil
    case .text where shown != "none": return .string(shown)
    default: return nil
    }
  }

  // MARK: - Forms

  /// Text, or a number or truth value that is written without quotes and read as text.
  var text: JSONValue {
    .object([("type", .array(["string", "number", "boolean"].map { .string($0) }))])
  }

  static var null: JSONValue { type("null") }

  static var variable: JSONValue {
    .object([("type", .string("string")), ("pattern", .string(#"\$\{"#))])
  }

  func map(of definition: String) -> JSONValue {
    let block = Self.reference(definition)
    return .object([
      ("type", .array([.string("object"), .string("null")])), ("additionalProperties", block),
    ])
  }

  static func type(_ name: String) -> JSONValue { .object([("type", .string(name))]) }

  static func reference(_ definition: String) -> JSONValue {
    .object([("$ref", .string("#/definitions/\(definition)"))])
  }

  static func array(of element: JSONValue) -> JSONValue {
    .object([("type", .string("array")), ("items", element)])
  }

  /// Any of `forms`; what is such a choice itself is joined.
  static func anyOf(_ forms: [JSONValue]) -> JSONValue {
    let flat = forms.flatMap { form -> [JSONValue] in
      guard form.members.count == 1, case ("anyOf", .array(let inner))? = form.members.first else {
        return [form]
      }
      return inner
    }
    return .object([("anyOf", .array(flat))])
  }

  /// One of `words`, or a variable; any word where there are none to choose from.
  static func choice(_ words: [String]) -> JSONValue {
    if words.isEmpty { return type("string") }
    return anyOf([.object([("enum", .array(words.map { .string($0) }))]), reference("variable")])
  }

  /// Text that matches `pattern` or holds a variable, or a number in a range.
  static func text(
    like pattern: String, or number: (type: String, low: Int, high: Int)? = nil
  ) -> JSONValue {
    let text = JSONValue.object([("type", .string("string")), ("pattern", .string(pattern))])
    let numbers = number.map {
      JSONValue.object([
        ("type", .string($0.type)), ("minimum", .integer($0.low)), ("maximum", .integer($0.high)),
      ])
    }
    return anyOf([text, reference("variable")] + (numbers.map { [$0] } ?? []))
  }

  /// A whole number; written with underscores it is text to an editor.
  private static func integer(_ range: ClosedRange<Int>) -> JSONValue {
    let low = range.lowerBound == .min ? [] : [("minimum", JSONValue.integer(range.lowerBound))]
    let high = range.upperBound == .max ? [] : [("maximum", JSONValue.integer(range.upperBound))]
    let text = JSONValue.object([
      ("type", .string("string")), ("pattern", .string("^-?[0-9][0-9_]*$")),
    ])
    return anyOf([
      .object([("type", .string("integer"))] + low + high), text, reference("variable"),
    ])
  }
}

extension JSONValue {
  /// The members of an object.
  var members: [(String, JSONValue)] { if case .object(let members) = self { members } else { [] } }
}

extension Result {
  fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
}
