// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// One stage of a plan with every option that applies: written or by default.
struct StageExplanation {
  /// An option and its value.
  struct Setting {
    let name: String
    let value: String
    let isDefault: Bool
    let summary: String
  }

  let id: String
  let settings: [Setting]
  /// The kind of the store it names, where it names one.
  let storeKind: String?

  init(_ stage: StagePlan, plan: Plan, registry: Registry) {
    id = stage.id.name
    settings = (registry.stages[stage.id]?.options ?? []).map { Self.setting($0, stage.block) }
    let store = settings.first { $0.name == "store" }.flatMap { setting in
      plan.stores.first { $0.name == setting.value }
    }
    storeKind = store?.kind.name
  }

  /// The settings of a plugin's block.
  static func setting(_ option: any OptionDeclaration, _ block: OptionBlock) -> Setting {
    let field = block.node.field(option.name)
    let written = field.map { shown($0.value, option.shape) }
    return Setting(
      name: option.name, value: written ?? option.shownDefault ?? "missing",
      isDefault: written == nil, summary: option.summary)
  }

  /// A value as it was written; secrets and what came from the environment are not shown.
  private static func shown(_ node: ConfigNode, _ shape: OptionShape) -> String {
    if case .secret = shape { return "(secret)" }
    switch node.value {
    case .null: return "none"
    case .scalar(let text, _): return node.written ?? text
    case .list(let items): return "[\(items.map { shown($0, shape) }.joined(separator: ", "))]"
    case .map(let fields): return "{ \(fields.map(\.key).joined(separator: ", ")), … }"
    }
  }
}
