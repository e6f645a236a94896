//go:build amd64 && !purego

#include "funcdata.h"
#include "textflag.h"

// One argument: the area it is counted from, and what is added.
#define ARGUMENT(i) \
	MOVBLZX (56+i)(SI), AX       \
	MOVQ    (DI)(AX*8), AX       \
	ADDQ    (8+8*i)(SI), AX      \
	MOVQ    AX, (8*i)(SP)

// func run(calls *Call, count int, nothing uintptr, arena, uniform, sums, scratch *byte, lanes, rows int)
//
// The parameters from nothing on are the areas that arguments are counted from.
TEXT ·run(SB), 0, $64-72
	NO_LOCAL_POINTERS
	MOVQ calls+0(FP), SI

next:
	LEAQ nothing+16(FP), DI
	ARGUMENT(0)
	ARGUMENT(1)
	ARGUMENT(2)
	ARGUMENT(3)
	CMPB 62(SI), $0
	JEQ  made
	ARGUMENT(4)
	ARGUMENT(5)

made:
	MOVQ SI, 48(SP)
	MOVQ (SI), AX
	CALL AX
	MOVQ 48(SP), SI
	ADDQ $64, SI
	DECQ count+8(FP)
	JNE  next
	RET
