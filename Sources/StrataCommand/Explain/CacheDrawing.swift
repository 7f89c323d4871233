// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Draws one cache of a plan: what every request passes, from the outside in.
struct CacheDrawing {
  private let cache: CachePlan
  private let stages: [StageExplanation]

  init(_ cache: CachePlan, plan: Plan, registry: Registry) {
    self.cache = cache
    stages = cache.pipeline.map { StageExplanation($0, plan: plan, registry: registry) }
  }

  // MARK: Terminal

  /// The drawing for a terminal.
  func lines(_ console: Console) -> [String] {
    let rows = stages.map(rows)
    let title = Self.loader
    let width = max(44, rows.flatMap(\.self).map(\.text.count).max() ?? 0, title.count)
    var lines = [console.styled(cache.policy.name, .bold)] + policyLines.map { "  \($0)" } + [""]
    lines.append("    value(for:), wrap, getMany")
    lines.append("        │" + fastRoad)
    lines.append("  ┌─────▼" + String(repeating: "─", count: width - 4) + "┐")
    for (position, stage) in rows.enumerated() {
      if position > 0 { lines.append("  ├" + String(repeating: "─", count: width + 2) + "┤") }
      for row in stage {
        let text = row.text.padded(to: width)
        lines.append("  │ \(row.isDim ? console.styled(text, .dim) : text) │")
      }
    }
    lines.append("  └─────┬" + String(repeating: "─", count: width - 4) + "┘")
    return lines + ["        ▼", "    \(title)", ""]
  }

  private static let loader = "the loader: your function"

  private struct Row {
    let text: String
    let isDim: Bool
  }

  private func rows(_ stage: StageExplanation) -> [Row] {
    let width = stages.map(\.id.count).max() ?? 0
    let nameWidth = stages.flatMap(\.settings).map(\.name.count).max() ?? 0
    var rows: [Row] = []
    for (index, setting) in stage.settings.enumerated() {
      let head = (index == 0 ? stage.id : "").padded(to: width)
      let kind = setting.name == "store" ? stage.storeKind.map { "  (\($0))" } ?? "" : ""
      let mark = setting.isDefault ? "  default" : ""
      let text = "\(head)  \(setting.name.padded(to: nameWidth))  \(setting.value)\(kind)\(mark)"
      rows.append(Row(text: text, isDim: setting.isDefault && index > 0))
    }
    return rows.isEmpty ? [Row(text: stage.id, isDim: false)] : rows
  }

  private var fastRoad: String {
    guard let local = stages.first(where: { $0.storeKind != nil }), local.storeKind == "memory"
    else { return "" }
    return "   a fresh hit in '\(local.settings.first?.value ?? "")' is answered here, at once"
  }

  private var policyLines: [String] {
    let policy = cache.policy
    var lines = [
      "key        \(policy.keyTemplate ?? "the arguments, joined by colons")",
      "namespace  \(policy.namespace)\(policy.keyVersion.map { ", version \($0)" } ?? "")",
      "ttl        \(DurationText.text(for: policy.ttl))",
      "max-stale  \(DurationText.text(for: policy.maxStale))",
      "codec      \(policy.codec)",
    ]
    if let timeout = policy.timeout {
      lines.append("timeout    \(DurationText.text(for: timeout))")
    }
    return lines
  }

  // MARK: Mermaid

  /// The drawing as a Mermaid flowchart.
  func mermaid() -> [String] {
    var lines = ["flowchart TD", "  call([\"\(cache.policy.name): value(for:)\"])"]
    var previous = "call"
    for (position, stage) in stages.enumerated() {
      let node = "s\(position)"
      let settings = stage.settings.map { "\($0.name): \(Self.escaped($0.value))" }
      let text = ([stage.id] + settings).joined(separator: "<br/>")
      let isTier = stage.storeKind != nil
      lines.append("  \(node)\(isTier ? "[(" : "[")\"\(text)\"\(isTier ? ")]" : "]")")
      lines.append("  \(previous) --> \(node)")
      previous = node
    }
    return lines + ["  \(previous) --> load([\"\(Self.loader)\"])"]
  }

  private static func escaped(_ text: String) -> String {
    text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "#quot;")
  }

  // MARK: JSON

  /// The cache as data.
  func json() -> JSONText {
    let policy = cache.policy
    return .object([
      ("name", .string(policy.name)),
      ("key", policy.keyTemplate.map { .string($0) } ?? .null),
      ("namespace", .string(policy.namespace)),
      ("ttl", .string(DurationText.text(for: policy.ttl))),
      ("max-stale", .string(DurationText.text(for: policy.maxStale))),
      ("codec", .string(policy.codec.name)),
      ("pipeline", .array(stages.map(json))),
    ])
  }

  private func json(_ stage: StageExplanation) -> JSONText {
    let options = stage.settings.map { setting in
      JSONText.object([
        ("name", .string(setting.name)), ("value", .string(setting.value)),
        ("default", .bool(setting.isDefault)), ("summary", .string(setting.summary)),
      ])
    }
    return .object([("stage", .string(stage.id)), ("options", .array(options))])
  }
}
