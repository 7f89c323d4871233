// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Testing

@Suite("The reading of Swift files that style is measured by")
struct ScannerTests {
  @Test func `comments and strings are no code`() {
    let file = SourceFile(
      "Sources/A/A.swift",
      ##"""
      let a = "Task { }" // Task { }
      let b = #"raw " quote"# /* outer /* inner */ still */ + one
      let c = """
        many "lines"
        """
      let d = "in \(call("deep") + two) out"
      func `raw name Task`() {}
      """##)
    let words = file.code.joined(separator: "\n")
    #expect(!words.contains("Task"))
    #expect(!words.contains("still") && !words.contains("quote") && !words.contains("many"))
    #expect(words.contains("one") && words.contains("two") && words.contains("call("))
    #expect(!words.contains("deep") && !words.contains("out"))
    #expect(file.comments[0].contains("Task { }"))
    #expect(file.code.count == file.lines.count)
  }

  @Test func `functions end where their brace stands`() {
    let file = SourceFile(
      "Sources/A/A.swift",
      """
      public struct A: Sendable {
        var plain: Int
        var computed: Int {
          1
        }
        public func long(
          _ one: Int
        ) -> Int
        where Self: Sendable {
          let nested = { 1 }
          return nested()
        }
        func short() -> Int { 1 }
      }

      protocol P {
        func required(_ one: Int)
        init()
      }
      """)
    let all = Declaration.all(in: file)
    #expect(all.map(\.name) == ["A", "computed", "long", "short", "P"])
    #expect(all.map { $0.lines.count } == [14, 3, 7, 1, 4])
    #expect(all[0].isPublic && !all[0].isNested && all[2].isPublic && all[2].isNested)
  }

  @Test func `a long function, line and file are found`() {
    let body = String(repeating: "    call()\n", count: 60)
    let file = SourceFile("Sources/A/A.swift", "struct A {\n  func f() {\n\(body)  }\n}\n")
    #expect(SizeRules.longFunctions(file).count == 1)
    let wide = SourceFile("Sources/A/A.swift", String(repeating: "x", count: 101))
    #expect(SizeRules.longLines(wide).count == 1)
    let tall = SourceFile("Sources/A/A.swift", String(repeating: "x\n", count: 401))
    #expect(SizeRules.longFiles(tall).count == 1)
  }

  @Test func `public types without documentation, file or proof are found`() {
    let file = SourceFile("Sources/A/B.swift", "public final class A: @unchecked Sendable {\n}\n")
    #expect(SizeRules.publicTypes(file).count == 1)
    #expect(CommentRules.undocumented(file).count == 1)
    #expect(CommentRules.proofs(file).count == 1)
    #expect(CommentRules.licence(file).count == 1)
  }
}
