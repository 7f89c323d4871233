// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The messages of the compiler's plugin protocol, as far as this plugin needs them.
///
/// The compiler starts the plugin and sends JSON over its standard input, each message behind eight
/// bytes of length, and waits for one answer per message. `NB:` the protocol is versioned; this is
/// version 7, re-check with toolchains newer than Swift 6.3.
struct CompilerMessage: Decodable {
  struct Location: Decodable {
    let fileName: String
    let offset: Int
  }

  struct Syntax: Decodable {
    let source: String
    let location: Location
  }

  struct Macro: Decodable {
    let name: String
    let typeName: String
  }

  struct Expansion: Decodable {
    let macro: Macro
    let macroRole: String
    let attributeSyntax: Syntax
    let declSyntax: Syntax
  }

  struct Empty: Decodable {}

  let getCapability: Empty?
  let expandAttachedMacro: Expansion?
}

/// An answer to the compiler.
struct CompilerAnswer: Encodable, Equatable {
  struct Capability: Encodable, Equatable {
    struct Version: Encodable, Equatable { var protocolVersion = 7 }
    var capability = Version()
  }

  struct Position: Encodable, Equatable {
    let fileName: String
    let offset: Int
  }

  struct Span: Encodable, Equatable {
    let fileName: String
    let startOffset: Int
    let endOffset: Int
  }

  struct Change: Encodable, Equatable {
    let range: Span
    let newText: String
  }

  struct FixIt: Encodable, Equatable {
    let message: String
    let changes: [Change]
  }

  struct Note: Encodable, Equatable {
    let position: Position
    let message: String
  }

  struct Diagnostic: Encodable, Equatable {
    let message: String
    var severity = "error"
    let position: Position
    var highlights: [Span] = []
    var notes: [Note] = []
    var fixIts: [FixIt] = []
  }

  struct Result: Encodable, Equatable {
    var expandedSource: String?
    var diagnostics: [Diagnostic] = []
  }

  var getCapabilityResult: Capability?
  var expandMacroResult: Result?
}
