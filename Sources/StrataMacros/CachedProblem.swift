// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A way in which `@Cached` was misused, and what to do about it.
struct CachedProblem: Equatable {
  /// Text to put in the place of a part of the attribute or of the declaration.
  struct Fix: Equatable {
    enum Place { case attribute, declaration }
    let message: String
    let place: Place
    let range: Range<Int>
    let text: String
  }

  let message: String
  var fix: Fix?

  static func all(
    _ attribute: CachedAttribute, _ function: FunctionDeclaration
  ) -> [CachedProblem] {
    guard function.introducer == "func" else { return [notAFunction(function)] }
    return [name(attribute, function), effects(function), result(function), body(function)]
      .compactMap { $0 } + modifiers(function) + function.parameters.compactMap(parameter)
      + ignored(attribute, function)
  }

  private static func notAFunction(_ function: FunctionDeclaration) -> CachedProblem {
    let kind = function.introducer.isEmpty ? "this" : "'\(function.introducer)'"
    return CachedProblem(
      message: "@Cached caches functions, not \(kind); move what is to be cached into an "
        + "'async throws' function")
  }

  private static func name(
    _ attribute: CachedAttribute, _ function: FunctionDeclaration
  ) -> CachedProblem? {
    guard let cache = attribute.cache else {
      let fix = Fix(
        message: "name the cache '\(CachedExpansion.plain(function.name))'", place: .attribute,
        range: attribute.end..<attribute.end, text: "(\"\(CachedExpansion.plain(function.name))\")")
      return CachedProblem(
        message: "@Cached needs the name of a cache from the configuration: @Cached(\"users\")",
        fix: fix)
    }
    guard let name = CachedAttribute.plainText(cache) else {
      return CachedProblem(
        message:
          "the name of a cache is a plain string literal, so that it can be checked when the "
          + "program is built; for a name made at run time use 'wrap'")
    }
    guard !name.isEmpty, name.allSatisfy({ !$0.isWhitespace }) else {
      return CachedProblem(message: "the name of a cache has at least one character and no spaces")
    }
    return nil
  }

  private static func effects(_ function: FunctionDeclaration) -> CachedProblem? {
    if function.isAsync, function.throwing == "throws" { return nil }
    let fix = Fix(
      message: "make it 'async throws'", place: .declaration, range: function.effects,
      text: " async throws")
    let message =
      switch function.throwing {
      case "rethrows"?:
        "a cached function cannot rethrow: the load may run later and for other callers"
      case "throws"?, nil:
        "a cached function is 'async throws': it may wait for another caller's load, and a load may "
          + "fail"
      default:
        "a cached function cannot promise one type of error: the load's deadline and cancellation "
          + "throw as well"
      }
    return CachedProblem(message: message, fix: fix)
  }

  private static func result(_ function: FunctionDeclaration) -> CachedProblem? {
    let result = function.result ?? "Void"
    let words = FunctionDeclaration.words(of: result)
    if words.isEmpty || words == ["Void"] || words == ["Swift", "Void"] || words == ["Never"] {
      return CachedProblem(
        message: "a cached function returns the value to keep; this one returns nothing")
    }
    if words.first == "some" {
      return CachedProblem(
        message: "a cached value has a type that can be stored; name it instead of '\(result)'")
    }
    if let generic = function.genericParameters.first(where: words.contains) {
      return CachedProblem(
        message: "a cache holds values of one type, so the result cannot depend on '\(generic)'; "
          + "write one cached function per type")
    }
    return nil
  }

  private static func body(_ function: FunctionDeclaration) -> CachedProblem? {
    guard function.body == nil else { return nil }
    return CachedProblem(
      message: "@Cached belongs to a function with a body; attach it where the requirement is "
        + "implemented")
  }

  private static func modifiers(_ function: FunctionDeclaration) -> [CachedProblem] {
    ["mutating", "consuming", "__consuming"].filter(function.modifiers.contains).map {
      CachedProblem(
        message: "a cached function cannot be '\($0)': on a hit it does not run, and a load may "
          + "outlive its caller")
    }
  }

  private static func parameter(_ parameter: FunctionDeclaration.Parameter) -> CachedProblem? {
    let words = FunctionDeclaration.words(of: parameter.type)
    let name = parameter.name ?? "_"
    if words.first == "inout" {
      return CachedProblem(
        message: "a cached function cannot have the 'inout' parameter '\(name)': a hit would not "
          + "change it; return the new value instead")
    }
    if words.contains("isolated") {
      return CachedProblem(
        message: "a cached function cannot have the 'isolated' parameter '\(name)'")
    }
    if parameter.name == nil {
      return CachedProblem(
        message: "every parameter of a cached function needs a name, to be part of the key")
    }
    return nil
  }

  private static func ignored(
    _ attribute: CachedAttribute, _ function: FunctionDeclaration
  ) -> [CachedProblem] {
    guard let ignored = attribute.ignored else {
      return [CachedProblem(message: "'ignoring' takes a list of string literals: [\"trace\"]")]
    }
    let names = function.parameters.compactMap(\.name).map(CachedExpansion.plain)
    return ignored.filter { !names.contains($0) }.map { word in
      let known = names.map { "'\($0)'" }.joined(separator: ", ")
      return CachedProblem(
        message: "the function has no parameter '\(word)' to ignore; it has "
          + (names.isEmpty ? "none" : known))
    }
  }
}
