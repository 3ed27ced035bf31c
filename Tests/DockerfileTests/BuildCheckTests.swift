import Dockerfile
import Testing

@Suite struct BuildCheckTests {
    private func checks(_ text: String, options: Dockerfile.Options = .init()) throws -> [String] {
        try plan(text, options: options).warnings.compactMap { warning in
            warning.check.map { "\(warning.line) \($0.rawValue)" }
        }
    }

    @Test(arguments: [
        ("FROM scratch AS Build", ["1 StageNameCasing"]), ("FROM scratch as build", ["1 FromAsCasing"]),
        ("from scratch as build", []), ("FROM scratch\nRUN a \\\n\n b", ["3 NoEmptyContinuation"]),
        ("FROM scratch\nRUN a\nrun b", ["3 ConsistentInstructionCasing"]), ("from scratch\nrun a\nrun b", []),
        ("FROM scratch\nRun a", ["2 ConsistentInstructionCasing"]),
        ("FROM a AS x\nFROM a AS x", ["2 DuplicateStageName"]), ("FROM a AS context", ["1 ReservedStageName"]),
        ("FROM a\nCMD run me", ["2 JSONArgsRecommended"]), ("FROM a\nENTRYPOINT run", ["2 JSONArgsRecommended"]),
        ("FROM a\nSHELL [\"/bin/bash\", \"-c\"]\nCMD run", []), ("FROM a\nCMD [\"run\"]", []),
        ("FROM a\nMAINTAINER me", ["2 MaintainerDeprecated"]),
        ("ARG TAG=1\nFROM a${TAGS}", ["2 UndefinedArgInFrom"]), ("ARG TAG\nFROM a$TAG", []),
        ("FROM a\nWORKDIR x", ["2 WorkdirRelativePath"]), ("FROM a\nWORKDIR /x\nWORKDIR y", []),
        ("FROM a AS x\nWORKDIR /x\nFROM x\nWORKDIR y", []), ("FROM a\nCOPY a$FOO /x$FOO", ["2 UndefinedVar"]),
        ("FROM a\nARG FOO\nCOPY x$FOO /", []), ("FROM a\nENV FOO=${BAR:-b}\nRUN echo $BAR", []),
        ("FROM a\nCMD [\"a\"]\nUSER x\nCMD [\"b\"]", ["2 MultipleInstructionsDisallowed"]),
        ("FROM a AS b\nCMD [\"a\"]\nFROM b\nCMD [\"b\"]", []),
        ("FROM a\nHEALTHCHECK NONE\nHEALTHCHECK NONE", ["2 MultipleInstructionsDisallowed"]),
        ("FROM a\nENV a b", ["2 LegacyKeyValueFormat"]), ("FROM a\nLABEL a b", ["2 LegacyKeyValueFormat"]),
        ("FROM --platform=$TARGETPLATFORM a", ["1 RedundantTargetPlatform"]),
        ("FROM --platform=linux/amd64 a", ["1 FromPlatformFlagConstDisallowed"]),
        ("FROM --platform=linux/amd64 a AS x-amd64", []), ("FROM --platform=$BUILDPLATFORM a", []),
        ("FROM a\nARG API_TOKEN\nENV password=x", ["2 SecretsUsedInArgOrEnv", "3 SecretsUsedInArgOrEnv"]),
        ("FROM a\nARG PUBLIC_KEY\nENV KEYBOARD=x TOKEN_FILE=/x", []),
        ("FROM a\nEXPOSE 80/TCP", ["2 ExposeProtoCasing"]), ("FROM a\nEXPOSE 1.2.3.4:80:80", ["2 ExposeInvalidFormat"]),
        ("FROM a\nRUN echo $NOTHING '$x'", []),
    ])
    func eachCheckFindsItsMistake(text: String, expected: [String]) throws {
        #expect(try checks(text) == expected, "\(text)")
    }

    /// Variants are not compared, and what says nothing of itself is believed.
    @Test func imagesOfOtherPlatformsAreTold() throws {
        func checks(_ image: String?, _ text: String = "FROM a") throws -> [String] {
            var settings = ImageSettings()
            settings.platform = image
            var options = Dockerfile.Options()
            options.platform = "linux/arm64"
            return try plan(text, options: options, bases: ["a": settings]).warnings.map(\.description)
        }
        #expect(
            try checks("linux/amd64") == [
                "Dockerfile:1: InvalidBaseImagePlatform: The image `a` is made for linux/amd64, and this is built for linux/arm64."
            ])
        #expect(try checks("linux/arm64/v9") == [] && checks(nil) == [])
        #expect(try checks("linux/amd64", "FROM --platform=$BUILDPLATFORM a") == [])
        #expect(try checks("linux/amd64", "# check=skip=InvalidBaseImagePlatform\nFROM a") == [])
    }

    @Test func undefinedVariablesAreCompared() throws {
        let warnings = try plan("FROM a\nENV VERSION=1\nLABEL v=$VERSON").warnings
        #expect(
            warnings.map(\.description) == [
                "Dockerfile:3: UndefinedVar: `$VERSON` is used and has no value (did you mean $VERSION?)."
            ])
    }

    @Test func checksAreSkipped() throws {
        let text = "FROM a\nENV a b\nCMD c"
        #expect(try checks("# check=skip=JSONArgsRecommended\n\(text)") == ["3 LegacyKeyValueFormat"])
        #expect(try checks("# check=skip=JSONArgsRecommended,LegacyKeyValueFormat\n\(text)") == [])
        #expect(try checks("# check=skip=all\n\(text)") == [])
        var options = Dockerfile.Options()
        options.buildArguments = ["BUILDKIT_DOCKERFILE_CHECK": "skip=LegacyKeyValueFormat"]
        #expect(try checks("# check=skip=all\n\(text)", options: options) == ["4 JSONArgsRecommended"])
    }

    @Test func checksAreErrorsWhenTheFileSaysSo() throws {
        let error = try #require(failure("# check=error=true;skip=LegacyKeyValueFormat\nFROM a\nENV a b\nCMD c"))
        #expect(error.code == .violation)
        #expect(error.line == 4)
        #expect(failure("# check=error=true\nFROM a\nCMD [\"c\"]") == nil)
        #expect(failure("# check=error=maybe\nFROM a")?.code == .syntax)
        #expect(failure("# check=colour=red\nFROM a")?.line == 1)
    }
}
