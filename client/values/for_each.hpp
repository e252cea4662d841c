#pragma once
// KREISEL_FOR_EACH(macro, type, a, b, c): macro(type, a), macro(type, b), macro(type, c); up to 256
// of them. The one loop that KREISEL_STRUCT and KREISEL_ENUM need of the preprocessor.
//
// A macro is not expanded within itself, so each step puts the next one's name and its parentheses
// apart; every round of KREISEL_EXPAND then brings some of them together.

#define KREISEL_PARENTHESES ()
#define KREISEL_EXPAND(...) \
    KREISEL_EXPAND_3(KREISEL_EXPAND_3(KREISEL_EXPAND_3(KREISEL_EXPAND_3(__VA_ARGS__))))
#define KREISEL_EXPAND_3(...) \
    KREISEL_EXPAND_2(KREISEL_EXPAND_2(KREISEL_EXPAND_2(KREISEL_EXPAND_2(__VA_ARGS__))))
#define KREISEL_EXPAND_2(...) \
    KREISEL_EXPAND_1(KREISEL_EXPAND_1(KREISEL_EXPAND_1(KREISEL_EXPAND_1(__VA_ARGS__))))
#define KREISEL_EXPAND_1(...) \
    KREISEL_EXPAND_0(KREISEL_EXPAND_0(KREISEL_EXPAND_0(KREISEL_EXPAND_0(__VA_ARGS__))))
#define KREISEL_EXPAND_0(...) __VA_ARGS__

#define KREISEL_FOR_EACH(macro, type, ...) \
    __VA_OPT__(KREISEL_EXPAND(KREISEL_FOR_EACH_STEP(macro, type, __VA_ARGS__)))
#define KREISEL_FOR_EACH_STEP(macro, type, item, ...) \
    macro(type, item)                                 \
        __VA_OPT__(, KREISEL_FOR_EACH_AGAIN KREISEL_PARENTHESES(macro, type, __VA_ARGS__))
#define KREISEL_FOR_EACH_AGAIN() KREISEL_FOR_EACH_STEP
