import ts from 'typescript';
import { nodesOf, type Source } from './sources.ts';

/** What a process has once, changed or measured. What vitest stubs it puts back itself after each test. */
const OF_PROCESS = /^(chdir|umask|on|once|addListener|title|setUncaughtExceptionCaptureCallback|setuid|setgid)$/;
const MEASURED = /^(memoryUsage|resourceUsage)$/;
const OF_VITEST = /^(useFakeTimers|setSystemTime|stubGlobal|resetModules|mock|doMock|setConfig)$/;

/** Why a file needs a process of its own: what it does there that the next file in the process would feel. */
export function reasons(source: Source): string[] {
  return nodesOf(source).flatMap((node) => (isReason(node) ? [node.getText().slice(0, 60)] : []));
}

function isReason(node: ts.Node): boolean {
  if (ts.isCallExpression(node)) return isCall(node);
  if (ts.isDeleteExpression(node)) return isShared(node.expression);
  if (!ts.isBinaryExpression(node)) return false;
  const { FirstAssignment, LastAssignment } = ts.SyntaxKind;
  const { kind } = node.operatorToken;
  return kind >= FirstAssignment && kind <= LastAssignment && isShared(node.left);
}

function isCall({ expression, arguments: [first] }: ts.CallExpression): boolean {
  const text = expression.getText();
  if (/(^|\.)setFlagsFromString$/.test(text)) return first?.getText() !== "'--expose-gc'";
  if (/^(Object\.(assign|definePropert(y|ies))|Reflect\.(set|defineProperty))$/.test(text))
    return first !== undefined && isShared(first);
  if (!ts.isPropertyAccessExpression(expression)) return false;
  const name = expression.name.text;
  const of = expression.expression.getText();
  return (of === 'process' && (OF_PROCESS.test(name) || MEASURED.test(name))) || (of === 'vi' && OF_VITEST.test(name));
}

/** A part of the process, of the globals, or of a class that others use. */
function isShared(node: ts.Node): boolean {
  return /^(process|globalThis|global)\b|\.prototype\b|^(Date|Math|JSON|console|performance|fs|os)\./.test(
    node.getText(),
  );
}
