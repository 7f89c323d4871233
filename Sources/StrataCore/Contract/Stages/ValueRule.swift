// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A judgement on values that is written in code and named in plans.
///
/// ```swift
/// var registry = Registry.builtIn
/// try registry.register(rule: "sane-user", ValueRule { (user: User) in user.id > 0 })
/// ```
///
/// A plan names it where a stage takes rules: `validation: { rules: [sane-user] }`.
public struct ValueRule: Sendable {
  private let judge: @Sendable (Payload) -> Bool

  /// Creates a rule for values of one type. A value of another type does not pass.
  public init<Value: Sendable>(
    for type: Value.Type = Value.self, _ isRight: @escaping @Sendable (Value) -> Bool
  ) {
    judge = { payload in payload.live(as: Value.self).map(isRight) ?? false }
  }

  /// Whether the payload passes.
  public func permits(_ payload: Payload) -> Bool { judge(payload) }
}
