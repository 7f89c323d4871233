// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A JSON document whose objects keep the order of their members.
indirect enum JSONValue {
  case string(String)
  case integer(Int)
  case boolean(Bool)
  case array([JSONValue])
  case object([(String, JSONValue)])

  /// The document over several lines, indented by two; what is short stays on one line.
  var text: String {
    var text = ""
    write(to: &text, indent: 0)
    return text + "\n"
  }

  private func write(to text: inout String, indent: Int) {
    let line = lineText
    if indent + line.utf8.count <= 100 {
      text += line
      return
    }
    switch self {
    case .array(let items):
      Self.writeBlock(items, "[", "]", to: &text, indent) { item, text in
        item.write(to: &text, indent: indent + 2)
      }
    case .object(let members):
      Self.writeBlock(members, "{", "}", to: &text, indent) { member, text in
        text += "\(Self.quoted(member.0)): "
        member.1.write(to: &text, indent: indent + 2)
      }
    default: text += line
    }
  }

  private static func writeBlock<Item>(
    _ items: [Item], _ open: String, _ close: String, to text: inout String, _ indent: Int,
    _ write: (Item, inout String) -> Void
  ) {
    text += open
    for (position, item) in items.enumerated() {
      text += (position > 0 ? ",\n" : "\n") + String(repeating: " ", count: indent + 2)
      write(item, &text)
    }
    text += "\n" + String(repeating: " ", count: indent) + close
  }

  private var lineText: String {
    switch self {
    case .string(let text): Self.quoted(text)
    case .integer(let number): "\(number)"
    case .boolean(let truth): "\(truth)"
    case .array(let items): "[\(items.map(\.lineText).joined(separator: ", "))]"
    case .object(let members):
      members.isEmpty
        ? "{}"
        : "{ \(members.map { "\(Self.quoted($0)): \($1.lineText)" }.joined(separator: ", ")) }"
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
