// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Answers the compiler's messages: bytes in, bytes out.
struct PluginSession {
  /// The answer to one message. Whatever arrives, there is one: the compiler waits for it.
  func answer(to message: [UInt8]) -> [UInt8] {
    let answer: CompilerAnswer
    do {
      answer = self.answer(
        to: try JSONDecoder().decode(CompilerMessage.self, from: Data(message)))
    } catch {
      answer = failure("the compiler's message was not understood; is the toolchain too new?")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(answer)).map { Array($0) } ?? []
  }

  private func answer(to message: CompilerMessage) -> CompilerAnswer {
    if message.getCapability != nil {
      return CompilerAnswer(getCapabilityResult: CompilerAnswer.Capability())
    }
    guard let expansion = message.expandAttachedMacro else {
      return failure("Strata has attached macros only")
    }
    guard expansion.macro.typeName == "CachedMacro", expansion.macroRole == "body" else {
      return failure("Strata has no macro '\(expansion.macro.name)' of this kind")
    }
    return expand(expansion)
  }

  private func expand(_ message: CompilerMessage.Expansion) -> CompilerAnswer {
    let expansion = CachedExpansion(
      attribute: message.attributeSyntax.source, declaration: message.declSyntax.source)
    let start = CachedAttribute(message.attributeSyntax.source).start
    let location = message.attributeSyntax.location
    let position = CompilerAnswer.Position(
      fileName: location.fileName, offset: location.offset + start)
    let diagnostics = expansion.problems.map { problem in
      CompilerAnswer.Diagnostic(
        message: problem.message, position: position,
        fixIts: problem.fix.map { [fixIt($0, message)] } ?? [])
    }
    return CompilerAnswer(
      expandMacroResult: .init(expandedSource: expansion.body, diagnostics: diagnostics))
  }

  private func fixIt(
    _ fix: CachedProblem.Fix, _ message: CompilerMessage.Expansion
  ) -> CompilerAnswer.FixIt {
    let syntax = fix.place == .attribute ? message.attributeSyntax : message.declSyntax
    let base = syntax.location.offset
    let span = CompilerAnswer.Span(
      fileName: syntax.location.fileName, startOffset: base + fix.range.lowerBound,
      endOffset: base + fix.range.upperBound)
    return CompilerAnswer.FixIt(
      message: fix.message, changes: [.init(range: span, newText: fix.text)])
  }

  private func failure(_ message: String) -> CompilerAnswer {
    let position = CompilerAnswer.Position(fileName: "", offset: 0)
    return CompilerAnswer(
      expandMacroResult: .init(diagnostics: [.init(message: message, position: position)]))
  }
}
