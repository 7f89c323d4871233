// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// The JSON Schema of configurations, made from what the plugins declare: editors complete and
/// check files with it.
///
/// It is draft 7, which editors of YAML know best. It never refuses what the reader accepts; what
/// only the whole plan shows (the order of stages, names of stores, durations that contradict each
/// other) is beyond it. Merge keys are left to the editor to follow.
///
/// Put this at the top of a file to use it: `# yaml-language-server: $schema=strata.schema.json`.
public struct PlanSchema {
  private let registry: Registry

  private init(_ registry: Registry) { self.registry = registry }

  /// The schema for the plugins of `registry`, the same text for the same plugins.
  public static func text(for registry: Registry) -> String { PlanSchema(registry).document.text }

  private var document: JSONValue {
    .object([
      ("$schema", .string("http://json-schema.org/draft-07/schema#")),
      ("title", .string("A configuration of Strata")),
      ("type", .string("object")),
      (
        "properties",
        .object([
          (
            "version",
            described("The version of the form of this file.", [("const", .integer(1))])
          ),
          (
            "include",
            described(
              "Files, relative to this one, that this one builds on.",
              Self.anyOf([text, Self.array(of: text)]))
          ),
          ("stores", described("The stores by name.", map(of: "store"))),
          ("caches", described("The caches by name.", map(of: "cache"))),
        ])
      ),
      ("patternProperties", .object([("^x-", .object([]))])),
      ("additionalProperties", .boolean(false)),
      ("definitions", .object(definitions)),
    ])
  }

  private var definitions: [(String, JSONValue)] {
    [
      ("store", store),
      ("cache", block(CacheSettings.all, replacing: special)),
      ("stage", stage),
      ("duration", Self.text(like: DurationText.pattern)),
      ("size", Self.text(like: SizeText.pattern)),
      ("fraction", Self.text(like: FractionText.pattern, or: ("number", 0, 1))),
      ("variable", Self.variable),
    ]
  }

  // MARK: - Plugins

  private var store: JSONValue {
    let kinds = registry.stores.sorted { $0.key.name < $1.key.name }
    let kind = Self.choice(kinds.map(\.key.name))
    let cases = kinds.map { kind, type in
      JSONValue.object([
        (
          "if",
          .object([
            ("properties", .object([("kind", .object([("const", .string(kind.name))]))]))
          ])
        ),
        ("then", block(type.options, also: "kind")),
      ])
    }
    return .object([
      ("type", .string("object")), ("required", .array([.string("kind")])),
      ("properties", .object([("kind", kind)])), ("allOf", .array(cases)),
    ])
  }

  /// The settings of a cache that name plugins.
  private func special(_ option: any OptionDeclaration) -> JSONValue? {
    switch option.name {
    case CacheSettings.pipeline.name: Self.array(of: Self.reference("stage"))
    case CacheSettings.codec.name: Self.choice(registry.codecs.keys.map(\.name).sorted())
    default: nil
    }
  }

  /// A stage by its name alone, or with its options.
  private var stage: JSONValue {
    let stages = registry.stages.sorted { $0.key.name < $1.key.name }
    let bare = stages.filter { !$0.value.options.contains(where: \.isRequired) }
    let blocks = stages.map { id, type in
      let options = block(type.options)
      let needsOptions = type.options.contains(where: \.isRequired)
      return (id.name, needsOptions ? options : Self.anyOf([options, Self.null]))
    }
    return Self.anyOf([
      .object([("enum", .array(bare.map { .string($0.key.name) }))]),
      .object([
        ("type", .string("object")), ("properties", .object(blocks)),
        ("additionalProperties", .boolean(false)), ("minProperties", .integer(1)),
        ("maxProperties", .integer(1)),
      ]),
    ])
  }

  private func block(
    _ options: [any OptionDeclaration], also key: String? = nil,
    replacing replacement: (any OptionDeclaration) -> JSONValue? = { _ in nil }
  ) -> JSONValue {
    var properties = options.map { option in
      (option.name, property(option, replacement(option) ?? schema(of: option.shape)))
    }
    if let key { properties.insert((key, .object([])), at: 0) }
    let required = options.filter(\.isRequired).map { JSONValue.string($0.name) }
    return .object(
      [("type", .string("object")), ("properties", .object(properties))]
        + (required.isEmpty ? [] : [("required", .array(required))])
        + [("additionalProperties", .boolean(false))])
  }
}
