// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import StrataCore

/// The part of JSON Schema that the generated schema uses, as an editor of YAML would apply it.
struct SchemaValidator: Sendable {
  private typealias Schema = [String: Any]
  // A decoded document never changes, so it may be read from anywhere.
  private nonisolated(unsafe) let root: Schema

  init(_ text: String) throws {
    root = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? Schema ?? [:]
  }

  func accepts(_ node: ConfigNode) -> Bool { accepts(node, root) }

  private func accepts(_ node: ConfigNode, _ schema: Schema) -> Bool {
    if let reference = schema["$ref"] as? String {
      let name = reference.split(separator: "/").last.map(String.init) ?? ""
      return accepts(node, (root["definitions"] as? Schema)?[name] as? Schema ?? [:])
    }
    return hasType(node, schema) && hasValue(node, schema) && hasMembers(node, schema)
      && combines(node, schema)
  }

  /// Plain scalars are typed by the core schema of YAML 1.2, as editors do.
  private func types(of node: ConfigNode) -> Set<String> {
    switch node.value {
    case .null: return ["null"]
    case .list: return ["array"]
    case .map: return ["object"]
    case .scalar(_, quoted: true): return ["string"]
    case .scalar(let text, quoted: false):
      if text == "true" || text == "false" { return ["boolean"] }
      if text.wholeMatch(of: /[-+]?[0-9]+/) != nil { return ["integer", "number"] }
      let number = /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/
      return [text.wholeMatch(of: number) != nil ? "number" : "string"]
    }
  }

  private func hasType(_ node: ConfigNode, _ schema: Schema) -> Bool {
    guard let type = schema["type"] else { return true }
    let wanted = (type as? [String]) ?? [type as? String ?? ""]
    return !types(of: node).isDisjoint(with: wanted)
  }

  private func hasValue(_ node: ConfigNode, _ schema: Schema) -> Bool {
    let text = if case .scalar(let text, _) = node.value { text } else { "\u{0}" }
    if let constant = schema["const"], "\(constant)" != text { return false }
    if let words = schema["enum"] as? [String], !words.contains(text) { return false }
    if let pattern = schema["pattern"] as? String, types(of: node) == ["string"],
      !matches(text, pattern)
    {
      return false
    }
    guard let number = Double(text), types(of: node).contains("number") else { return true }
    if let low = schema["minimum"] as? Double, number < low { return false }
    if let high = schema["maximum"] as? Double, number > high { return false }
    return true
  }

  /// Whether a pattern occurs in a text; one that is no pattern occurs in none.
  private func matches(_ text: String, _ pattern: String) -> Bool {
    guard let regex = try? Regex(pattern) else { return false }
    return text.firstMatch(of: regex) != nil
  }

  private func hasMembers(_ node: ConfigNode, _ schema: Schema) -> Bool {
    if case .list(let items) = node.value, let element = schema["items"] as? Schema {
      return items.allSatisfy { accepts($0, element) }
    }
    guard case .map(let fields) = node.value else { return true }
    let required = schema["required"] as? [String] ?? []
    let properties = schema["properties"] as? Schema ?? [:]
    return required.allSatisfy { node.field($0) != nil }
      && fields.count >= schema["minProperties"] as? Int ?? 0
      && fields.count <= schema["maxProperties"] as? Int ?? .max
      && fields.allSatisfy { field in
        if let property = properties[field.key] as? Schema {
          return accepts(field.value, property)
        }
        let patterns = schema["patternProperties"] as? Schema ?? [:]
        if patterns.keys.contains(where: { matches(field.key, $0) }) {
          return true
        }
        if let others = schema["additionalProperties"] as? Schema {
          return accepts(field.value, others)
        }
        return schema["additionalProperties"] as? Bool ?? true
      }
  }

  private func combines(_ node: ConfigNode, _ schema: Schema) -> Bool {
    let all = schema["allOf"] as? [Schema] ?? []
    let any = schema["anyOf"] as? [Schema] ?? []
    if let condition = schema["if"] as? Schema, let then = schema["then"] as? Schema,
      accepts(node, condition), !accepts(node, then)
    {
      return false
    }
    return all.allSatisfy { accepts(node, $0) }
      && (any.isEmpty || any.contains { accepts(node, $0) })
  }
}
