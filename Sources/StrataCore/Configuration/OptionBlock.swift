// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A plugin's block of a configuration, read through its declared options.
public struct OptionBlock: Sendable {
  /// The block; a map, or nothing where only the plugin's name was written.
  public let node: ConfigNode
  /// Its path in the file: `caches.users.pipeline[2].stampede-guard`.
  public let path: String

  /// Creates a block.
  public init(_ node: ConfigNode, path: String) {
    self.node = node
    self.path = path
  }

  /// The value of an option, or of its default.
  public func required<Value: Sendable>(
    _ option: PluginOption<Value>
  ) throws(ConfigurationError) -> Value {
    if let value = written(option) ?? option.defaultValue { return value }
    throw ConfigurationError(
      at: node.location, path: "\(path).\(option.name)", "is missing; \(option.summary)")
  }

  private func written<Value: Sendable>(_ option: PluginOption<Value>) -> Value? {
    guard let field = node.field(option.name) else { return nil }
    return try? option.type.read(field.value).get()
  }

  /// Everything that is wrong with the block, measured against `declarations`.
  public func problems(_ declarations: [any OptionDeclaration]) -> [ConfigurationProblem] {
    var problems: [ConfigurationProblem] = []
    switch node.value {
    case .null, .map: break
    case .scalar, .list:
      let message = "\(node.shown) is no map of options; write \(path.lastComponent): { … }"
      return [ConfigurationProblem(at: node.location, path: path, message)]
    }
    for field in node.fields {
      let place = "\(path).\(field.key)"
      guard let declaration = declarations.first(where: { $0.name == field.key }) else {
        problems.append(unknown(field, declarations))
        continue
      }
      problems += wrongValues(field.value, declaration, place)
    }
    for declaration in declarations
    where declaration.isRequired && node.field(declaration.name) == nil {
      problems.append(
        ConfigurationProblem(
          at: node.location, path: "\(path).\(declaration.name)",
          "is missing; it is required: \(declaration.summary)"))
    }
    return problems
  }

  /// What is wrong with a value; in a list, what is wrong with each of its items.
  private func wrongValues(
    _ node: ConfigNode, _ declaration: any OptionDeclaration, _ place: String
  ) -> [ConfigurationProblem] {
    guard let problem = declaration.problem(with: node) else { return [] }
    if declaration.shape.isSecret {
      let message = "the value \(problem.complaint); \(problem.expected)"
      return [ConfigurationProblem(at: node.location, path: place, message)]
    }
    if case .list = declaration.shape, case .list(let items) = node.value {
      let wrong = items.enumerated().compactMap { position, item -> ConfigurationProblem? in
        let alone = ConfigNode(.list([item]), at: node.location)
        guard let problem = declaration.problem(with: alone) else { return nil }
        return ConfigurationProblem(
          at: item.location, path: "\(place)[\(position)]", problem.message(for: item))
      }
      if !wrong.isEmpty { return wrong }
    }
    return [
      ConfigurationProblem(at: node.location, path: place, problem.message(for: node))
    ]
  }

  private func unknown(
    _ field: ConfigNode.Field, _ declarations: [any OptionDeclaration]
  ) -> ConfigurationProblem {
    let names = declarations.map(\.name)
    let advice =
      if let near = nearestWord(to: field.key, among: names) {
        "did you mean \"\(near)\"?"
      } else if names.isEmpty { "there are no options here" } else {
        "the options are \(names.sorted().joined(separator: ", "))"
      }
    return ConfigurationProblem(
      at: field.location, path: "\(path).\(ScalarProblem.printable(field.key))",
      "unknown option \(ScalarProblem.quoted(field.key)); \(advice)")
  }
}

extension String {
  /// What stands behind the last dot of a path.
  fileprivate var lastComponent: Substring { split(separator: ".").last ?? self[...] }
}
