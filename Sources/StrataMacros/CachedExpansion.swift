// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Turns a function into one that asks its cache first.
///
/// ```swift
/// @Cached("users") func user(_ id: Int) async throws -> User { try await database.user(id) }
/// ```
///
/// gets the body
///
/// ```swift
/// try await strata.cachedCall("users", parameters: "id", arguments: (id)) {
///   () async throws -> User in
///   try await database.user(id)
/// }
/// ```
///
/// where `strata` is whatever has that name where the function is declared, or the expression after
/// `in:`. Every parameter is part of the key unless `ignoring:` names it.
struct CachedExpansion {
  /// The new body, in braces. With problems it is the old one, so that no other errors follow.
  private(set) var body: String
  private(set) var problems: [CachedProblem] = []

  init(attribute source: String, declaration: String) {
    let attribute = CachedAttribute(source)
    let function = FunctionDeclaration(declaration)
    body = "{\(function.body ?? "")}"
    problems = CachedProblem.all(attribute, function)
    if problems.isEmpty { body = Self.expand(attribute, function) }
  }

  private static func expand(
    _ attribute: CachedAttribute, _ function: FunctionDeclaration
  ) -> String {
    let ignored = Set(attribute.ignored ?? [])
    let names = function.parameters.compactMap(\.name).filter { !ignored.contains(plain($0)) }
    let parameters = names.map(plain).joined(separator: ",")
    let owner = attribute.owner.map { "(\($0))" } ?? "strata"
    let call =
      "\(owner).cachedCall(\(attribute.cache ?? ""), parameters: \(literal(parameters)), "
      + "arguments: (\(names.joined(separator: ", "))))"
    return """
      {
        try await \(call) { () async throws -> \(function.result ?? "") in\(function.body ?? "")}
      }
      """
  }

  /// A name without its backticks.
  static func plain(_ name: String) -> String { name.filter { $0 != "`" } }

  private static func literal(_ text: String) -> String {
    let escaped = text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
    return "\"\(String(escaped))\""
  }
}
